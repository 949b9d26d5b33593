"""What is one's own: names, homes and telephones of one's own family, so that looking at them is noticed."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sightline.definition.outcomes import Invalid
from sightline.watching import actions, queries
from sightline.web.words import counted

WORDS = {
    "family-name": ("family name", "family names"),
    "postcode": ("postcode", "postcodes"),
    "address": ("address", "addresses"),
    "phone": ("telephone number", "telephone numbers"),
}


class OwnForm(forms.Form):
    """Nothing that was typed comes back: what could be kept is kept as a digest, the rest is typed again."""

    family_name = forms.CharField(label="A family name of your family", required=False, max_length=80)
    line = forms.CharField(label="First line of an address", required=False, max_length=120)
    postcode = forms.CharField(
        label="Postcode",
        required=False,
        max_length=10,
        help_text="By itself, or with the line above. For example LS14 6AA",
    )
    phone = forms.CharField(label="Telephone number", required=False, max_length=30)

    def clean(self) -> dict[str, str]:
        given = super().clean() or self.cleaned_data
        if not any(given.values()):
            raise forms.ValidationError("Enter a name, a postcode or a telephone number")
        if given.get("line") and not given.get("postcode"):
            self.add_error("postcode", "Enter the postcode of the address")
        return given


@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    worker = request.actor.id
    form = OwnForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and "forget" in request.POST:
        count = actions.forget_own(worker=worker, by=request.actor)
        messages.success(request, f"Forgotten: {counted(count, 'detail')}.")
        return redirect("own-details")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            new = actions.name_own(
                worker=worker,
                by=request.actor,
                given=[
                    ("family-name", given["family_name"]),
                    ("postcode", given["postcode"]),
                    ("phone", given["phone"]),
                ],
                addresses=[(given["line"], given["postcode"])] if given["line"] else [],
            )
        except Invalid as invalid:
            for fault in invalid.faults:
                field = fault.path.replace("-", "_")
                form.add_error(field if field in form.fields else "line", f"Enter {fault.expected}")
        else:
            messages.success(
                request,
                f"Kept, as {counted(new, 'fingerprint')} that nobody can read." if new else "That was kept already.",
            )
            return redirect("own-details")
    counts = queries.own_counts(worker)
    kept = [counted(n, *WORDS.get(kind, (kind, ""))) for kind, n in sorted(counts.items())]
    return render(request, "access/own.html", {"form": form, "kept": kept}, status=422 if form.errors else 200)
