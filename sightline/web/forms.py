"""Forms in GOV.UK's markup, by Django's own means: a renderer with two templates, and fields that know their classes.

`{{ form }}` writes every field; `{{ field.as_field_group }}` writes one. Errors are said in full sentences, above the
field and in the summary at the top of the page (`parts/errors.html`).
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

CLASSES = {
    forms.Textarea: "govuk-textarea",
    forms.Select: "govuk-select",
    forms.CheckboxInput: "govuk-checkboxes__input",
    forms.RadioSelect: "govuk-radios__input",
    forms.TextInput: "govuk-input",
    forms.PasswordInput: "govuk-input",
    forms.NumberInput: "govuk-input",
}
WIDTHS = {"born": 10, "age": 3, "number": 20, "postcode": 10, "code": 10}


LABELS = {"login": "User name"}  # where a package's form says it otherwise


class Field(BoundField):
    """A field as it stands on a page."""

    def __init__(self, form: forms.BaseForm, field: forms.Field, name: str) -> None:
        super().__init__(form, field, name)
        self.label = LABELS.get(name, self.label)
        if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
            field.error_messages["required"] = f"Enter the {str(self.label).lower()}"

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        attrs.pop("required", None)  # the browser's own bubbles are no help to a screen reader: we say it ourselves
        widget.attrs.pop("placeholder", None)  # nor is grey text that goes when one types
        classes = [next((name for kind, name in CLASSES.items() if type(widget) is kind), "govuk-input")]
        if self.name in WIDTHS and classes[0] == "govuk-input":
            classes.append(f"govuk-input--width-{WIDTHS[self.name]}")
        if self.errors:
            classes += [f"{classes[0]}--error"]
        attrs["class"] = " ".join(classes)
        if self.described and self.kind != "radios":  # of choices, the group is described, and not each of them
            attrs["aria-describedby"] = self.described
        return attrs

    @property
    def described(self) -> str:
        """The ids of its hint and its fault, for whoever hears the page."""
        said = [f"{self.auto_id}_helptext"] if self.help_text else []
        return " ".join([*said, *([f"{self.auto_id}_error"] if self.errors else [])])

    @property
    def kind(self) -> str:
        widget = self.field.widget
        if isinstance(widget, forms.CheckboxInput):
            return "checkbox"
        return "radios" if isinstance(widget, forms.RadioSelect) else "line"

    @property
    def as_summary(self) -> list[tuple[str, str]]:
        """Each error with the id that it is about: the first choice, where there are several."""
        target = f"{self.auto_id}_0" if self.kind == "radios" else self.id_for_label
        return [(target, str(error)) for error in self.errors]


class Renderer(TemplatesSetting):
    bound_field_class = Field
    form_template_name = "parts/form.html"
    field_template_name = "parts/field.html"
