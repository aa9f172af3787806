"""The admin's form for an account's access."""

from typing import Any

from django import forms

from ops_dashboard.people.accounts import Access
from ops_dashboard.people.models import User

ACCESS_FIELDS = {"role", "is_active", "teams", "agent", "product_areas"}


class AccessForm(forms.ModelForm):
    """Everything that a scope is made from; `by` is the administrator who fills it in."""

    by: str = ""

    product_areas = forms.CharField(required=False, help_text="Words, separated by commas.")

    class Meta:
        model = User
        fields = ["username", "first_name", "last_name", "email", *sorted(ACCESS_FIELDS)]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["product_areas"] = ", ".join(self.instance.product_areas)

    def clean_product_areas(self) -> list[str]:
        return sorted({area.strip() for area in self.cleaned_data["product_areas"].split(",") if area.strip()})

    def clean(self) -> dict[str, Any]:
        if self.by == self.instance.username and set(self.changed_data) & ACCESS_FIELDS:
            raise forms.ValidationError("You cannot change your own access; another administrator can.")
        return super().clean() or self.cleaned_data

    def access(self) -> Access:
        data = self.cleaned_data
        return Access(
            role=data["role"],
            is_active=data["is_active"],
            agent_id=data["agent"].pk if data["agent"] else None,
            teams=tuple(sorted(team.pk for team in data["teams"])),
            product_areas=tuple(data["product_areas"]),
        )
