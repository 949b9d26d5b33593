"""A receipt for one line of "who has seen this child": what proves, without us, that it stands in the ledger unchanged."""

from __future__ import annotations

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from sightline.definition.outcomes import Conflict
from sightline.ledger import receipts
from sightline.ledger.notes import Unsound
from sightline.watching import queries


@require_safe
def receipt(request: HttpRequest, person: UUID, record: UUID) -> HttpResponse:
    """The file that `verify_sightline.py` checks. Missing where this response showed nothing of this child."""
    queries.a_response_of(request.reading, person, record)
    try:
        made = receipts.receipt(record)
    except Unsound as error:
        raise Conflict(f"No receipt can be given now. {error}") from None
    response = HttpResponse(json.dumps(made, indent=1, ensure_ascii=False) + "\n", content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="receipt-{str(record)[:8]}.json"'
    return response
