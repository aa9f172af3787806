"""Addresses of feedback, themes and the closed loop."""

from django.urls import path

from insights.views import asks, digests, emerging, feedback, insights, mailbox, programs

urlpatterns = [
    path("emerging/", emerging.emerging, name="emerging"),
    path("emerging/<int:pk>/dismiss/", emerging.dismiss, name="alarm-dismiss"),
    path("emerging/<int:pk>/restore/", emerging.restore, name="alarm-restore"),
    path("emerging/<int:pk>/insight/", emerging.start, name="alarm-insight"),
    path("feedback/", feedback.feedback, name="feedback"),
    path("insights/", insights.listing, name="insights"),
    path("insights/new/", insights.new, name="insight-new"),
    path("insights/<int:pk>/", insights.detail, name="insight"),
    path("insights/<int:pk>/edit/", insights.edit, name="insight-edit"),
    path("insights/<int:pk>/asks/", insights.ask, name="insight-ask"),
    path("insights/<int:pk>/quotes/<int:feedback>/", insights.quote, name="insight-quote"),
    path("insights/<int:pk>/publish/", insights.set_state, {"step": "publish"}, name="insight-publish"),
    path("insights/<int:pk>/shelve/", insights.set_state, {"step": "shelve"}, name="insight-shelve"),
    path("asks/", asks.listing, name="asks"),
    path("asks/<int:pk>/<slug:step>/", asks.step, name="ask-step"),
    path("programs/", programs.listing, name="programs"),
    path("programs/new/", programs.edit, name="program-new"),
    path("programs/<int:pk>/", programs.detail, name="program"),
    path("programs/<int:pk>/edit/", programs.edit, name="program-edit"),
    path("programs/<int:pk>/milestones/", programs.milestone, name="program-milestone"),
    path("programs/<int:pk>/ship/", programs.ship, name="program-ship"),
    path("milestones/<int:pk>/reach/", programs.reach, name="milestone-reach"),
    path("digests/", digests.listing, name="digests"),
    path("digests/subscriptions/<slug:area>/", digests.subscribe, name="digest-subscribe"),
    path("digests/unsubscribe/<str:token>/", digests.unsubscribe, name="digest-unsubscribe"),
    path("digests/<str:week>/<slug:area>/", digests.page, name="digest"),
    path("digests/<str:week>/<slug:area>/edit/", digests.edit, name="digest-edit"),
    path("digests/<str:week>/<slug:area>/approve/", digests.approve, name="digest-approve"),
    path("digests/<str:week>/<slug:area>/mail/", digests.mail, name="digest-mail"),
    path("digests/<str:week>/<slug:area>/react/", digests.react, name="digest-react"),
    path("mailbox/", mailbox.listing, name="mailbox"),
    path("mailbox/<int:pk>/", mailbox.letter, name="mailbox-letter"),
    path("mailbox/<int:pk>/html/", mailbox.html, name="mailbox-html"),
]
