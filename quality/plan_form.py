"""The form of a sampling plan."""

from django import forms

from quality.models import SamplePlan
from tickets.models import Channel


class PlanForm(forms.ModelForm):
    """A plan as its editor sends it."""

    risk_share = forms.IntegerField(min_value=1, max_value=99, initial=50, label="Per cent from what is at risk")
    double_share = forms.IntegerField(min_value=0, max_value=100, initial=10, label="Per cent scored by two")
    channels = forms.MultipleChoiceField(required=False, label="Channels (none chosen: every one)")

    class Meta:
        model = SamplePlan
        fields = ("name", "scorecard", "strata", "size", "least", "risk_share", "double_share", "channels",
                  "reviewer_quota", "seed", "is_active")  # fmt: skip
        labels = {
            "size": "Tickets a week (of each agent, by agent)",
            "least": "At least of each stratum",
            "reviewer_quota": "Reviews a week each reviewer owes",
            "is_active": "Drawn every week",
        }
        help_texts = {
            "size": "",  # the label says it
            "least": "One of each is drawn in any case, even where that makes more than a week's number.",
            "reviewer_quota": "0: none.",
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        offered = list(Channel.objects.order_by("label").values_list("slug", "label"))
        self.fields["channels"].choices = offered  # type: ignore[attr-defined]
