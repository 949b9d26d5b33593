"""Sessions in the database, as Django keeps them; read with a statement that is made once, for every request begins with it."""

from django.contrib.sessions.backends.db import SessionStore as Kept
from django.contrib.sessions.models import Session
from django.utils import timezone

from sightline.vault.asking import Question

_LIVE = Question(lambda key, moment: Session.objects.filter(session_key=key, expire_date__gt=moment))


class SessionStore(Kept):
    def _get_session_from_db(self) -> Session | None:
        for row in _LIVE.rows(self.session_key, timezone.now()):
            return row
        self._session_key = None
        return None
