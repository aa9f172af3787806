"""The form of a rule by which words suggest a theme: of the pages and of the administration."""

import re
from typing import Any

from django import forms

from insights.models import TagRule, Theme

LONGEST_PHRASE = 80
MOST_PHRASES = 40


class TagRuleForm(forms.ModelForm):
    class Meta:
        model = TagRule
        fields = ["theme", "words", "match", "language"]
        labels = {"match": "Of these words"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if "theme" in fields:  # the administration shows a rule without fields to whoever may only look
            fields["theme"].queryset = Theme.objects.active().leaves()
        if "language" in fields:
            fields["language"].empty_label, fields["language"].help_text = "Every language", ""

    def clean_words(self) -> str:
        phrases = [phrase for part in self.cleaned_data["words"].split(",") if (phrase := " ".join(part.split()))]
        if not phrases:
            raise forms.ValidationError("Name at least one word.")
        for phrase in phrases:
            if not re.search(r"\w", phrase):
                raise forms.ValidationError(f"“{phrase}” holds no word.")
            if len(phrase) > LONGEST_PHRASE:
                raise forms.ValidationError(f"A phrase has up to {LONGEST_PHRASE} characters; put commas between.")
        if len(phrases) > MOST_PHRASES:
            raise forms.ValidationError(f"{len(phrases)} phrases are too many for one rule; it takes {MOST_PHRASES}.")
        return ", ".join(phrases)
