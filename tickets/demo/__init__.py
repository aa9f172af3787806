"""A support organisation of a consumer video app, invented whole and told as ticket events.

The same seed, size and `now` always tell the same story, event for event. Times are set back from
`now` for a history of 26 weeks and shrink in proportion for a shorter one; `stories.Stories` holds
the exact instants. What is planted, who is concerned, and where it shows:

- spam wave, the weekend 17 weeks ago, every team, e-mail and web form: spam several times the
  usual, tickets created up, solved not.
- slow decline, from 15 weeks ago, Creator support Dublin: four of eighteen agents leave one by
  one; first replies on time and ratings slide, backlog and its age grow.
- launch, a Monday 12 weeks ago, Payments & gifts, Live & video: volume jumps by half and settles
  at +12 %, first replies dip until hands are added; the reason "Gift subscription" appears.
- bot, 8 weeks ago, Account access: a bot answers password resets and solves about half of those
  that come in the app, by chat or web form; human tickets fall.
- new hires, 6 weeks ago, Technical issues Warsaw: five agents join, waits shorten.
- slower payouts, from 15 weeks ago, Payments & gifts: a payout takes three days, then thirteen;
  the reason "Payout delayed" grows from week to week.
- a community under-served, always, Italian: few people at work read it, so its tickets are left lying
  four times as often; of what its creators write more than half asks for captions and help in their language.
- outage, a Tuesday 5 weeks ago, 14:00 to 20:00 UTC, Technical issues, Account access, Live &
  video: volume six times the usual, a backlog for days, first replies missed, overtime.
- quick solves, always, Live & video Bogotá: reopened about twice as often as anyone.
- night chat, always: Technical issues Manila takes the chats of teams that have gone home.
- no time sheets, always: people of one vendor log no time on tickets, so their occupancy is not known.
- holidays as they fall at each site: office teams closed, daily teams at little more than half strength, fewer tickets.

What people write is put together from templates (`words/`), by reason, language, channel and story;
about every eighth names an invented address, number or handle, which redaction must catch.

Besides: merged, reopened, deleted and spam tickets, tickets that nobody finishes, wrong first
routing, reassignment at shift ends, a bot in front of chat, ratings that follow the wait.
"""
