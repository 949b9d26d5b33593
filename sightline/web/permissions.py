"""Who may open which page. One line a URL name, enforced by `middleware.py`; a name that is not here opens for nobody.

A page that shows children lets in whoever holds the right; what it then shows is the gate's business. What the gate
hides answers as what is not there (404); what a role may not do is said in a sentence (403).
"""

from __future__ import annotations

from dataclasses import dataclass

ANYONE = "anyone"
SIGNED_IN = "signed-in"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may come in (`anyone`, `signed-in`, or a permission's id), for what purpose they then read, and what the
    ledger calls it."""

    who: str
    purpose: str = "safeguarding"
    verb: str = ""


def _all(names: str, access: Access) -> dict[str, Access]:
    return dict.fromkeys(names.split(), access)


ACCESS: dict[str, Access] = {
    # Open to anyone: nothing about children, nothing about workers.
    **_all("health health-live", Access(ANYONE)),
    "health-details": Access(ANYONE),  # answers to the operator's token, and to this machine itself
    "accessibility": Access(ANYONE),
    "tell-us": Access(ANYONE),  # for the public: it takes, and shows nothing
    "demo": Access(ANYONE),  # answers in a demonstration alone
    **_all("account_login account_logout account_inactive mfa_authenticate", Access(ANYONE)),
    **_all(
        "openid_connect_login openid_connect_callback socialaccount_login_error socialaccount_login_cancelled "
        "socialaccount_signup",
        Access(ANYONE),
    ),
    # One's own sign-in.
    **_all(
        "account_reauthenticate account_change_password mfa_index mfa_reauthenticate mfa_activate_totp "
        "mfa_view_recovery_codes mfa_generate_recovery_codes",
        Access(SIGNED_IN, "administration"),
    ),
    # The work.
    "work": Access(SIGNED_IN, verb="view-work"),
    "help": Access(SIGNED_IN, "administration"),
    "glossary": Access(SIGNED_IN, "administration"),
    **_all("draft typed", Access(SIGNED_IN, "administration")),  # one's own unsent words, and nobody else's
    **_all("find found", Access("find-child", verb="find-child")),
    **_all("child child-signs-then", Access("view-child", verb="view-child")),
    "entry": Access("view-child", verb="view-entry"),
    "messages": Access("acknowledge-message", verb="view-messages"),
    "message-read": Access("acknowledge-message", "administration"),
    # What the police are told, and what became of it.
    **_all("intelligence intelligence-new intelligence-join", Access("submit-intelligence", verb="view-intelligence-told")),
    "intelligence-one": Access("grade-intelligence", verb="grade-intelligence"),
    "intelligence-use": Access("see-figures", "administration", "view-portal-use"),
    "messages-settings": Access("acknowledge-message", "administration"),  # one's own
    "messages-measured": Access("see-figures", "administration", "view-messages-measured"),
    # Telling schools after domestic abuse.
    **_all("told told-one", Access("answer-tellings", "operation-encompass", "view-telling")),
    **_all("to-tell to-tell-one", Access("see-tellings", "operation-encompass", "view-telling")),
    # The day's lists, what did not come, police information, missing children.
    **_all("day-lists day-list", Access("see-day-list", verb="view-day-list")),
    **_all("expected expected-one", Access("see-expected", verb="view-expected")),
    **_all("police-information police-information-one", Access("review-police-information", verb="view-police-information")),
    "missing": Access("see-missing", "missing", "view-missing"),
    **_all("places place", Access("see-places", verb="view-places")),
    # Signs: what somebody should look at, its own page, and the gaps in what is recorded.
    "signals": Access("answer-signal", verb="view-signals"),
    "signal": Access("view-child", verb="view-signal"),
    "data-quality": Access("see-data-quality", verb="view-data-quality"),
    # Who answers for the rules of signs. A draft's page shows of children what its reader may read anyway.
    **_all("signal-rules signal-rule signal-figures", Access("see-signal-rules", "administration", "view-signal-rules")),
    "signal-switch": Access("switch-signals", "administration", "view-signal-rules"),
    "signal-draft-new": Access("draft-signal-rules", "administration", "view-signal-rules"),
    "signal-draft": Access("see-signal-rules", verb="view-signal-draft"),
    "pass-on": Access("submit-intelligence", "missing", "view-entry"),
    # In an emergency, and afterwards. Whoever may agree to a reveal is decided where it is asked.
    **_all("emergency emergency-child reveal-record reveal-location", Access("break-glass", "immediate-protection")),
    "emergency-ring": Access("view-child", verb="view-ring"),
    "reveal": Access("acknowledge-message", "immediate-protection", "view-reveal"),
    "reveal-shown": Access("break-glass", "immediate-protection", "reveal-location"),
    **_all("emergencies emergency-one", Access("review-break-glass", "audit-quality", "view-emergencies")),
    **_all("registry registry-group registry-agencies registry-priorities registry-changes", Access(SIGNED_IN, "administration")),
    **_all("registry-record registry-withdraw", Access("keep-registry", "administration")),
    # Deciding at the front door, and those who are asked, told, or given something to do by it.
    "decide": Access("decide-contact", verb="view-queue-item"),
    "ask-checks": Access("request-check", verb="view-queue-item"),
    "call-discussion": Access("call-strategy-discussion", "section-47", "view-queue-item"),
    **_all("decided made-whole became became-one disagreement", Access("acknowledge-message", verb="view-decision")),
    **_all("reconsider answers-for", Access("reconsider", verb="view-decision")),
    "tell-referrer": Access("decide-contact", verb="view-decision"),
    **_all("asked asked-one", Access("answer-check", verb="view-asked")),
    **_all("hand-overs hand-over", Access("accept-hand-over", verb="view-hand-over")),
    # Who has which child in a team, for whoever manages it.
    **_all("team allocation", Access("see-allocations", verb="view-allocations")),
    "discussion": Access("acknowledge-message", "section-47", "view-discussion"),
    "medical": Access("record-medical-decision", "section-47", "view-discussion"),
    "enquiry": Access("decide-referral", "section-47", "view-discussion"),
    "loads": Access("view-loads", "administration", "view-loads"),
    "delivery": Access("view-loads", "administration", "view-delivery"),
    "quarantined": Access("release-quarantine", "data-quality", "view-quarantined"),
    "feeds": Access("view-feeds", "administration", "view-feeds"),
    "feed_health": Access("view-feeds", "administration", "view-feed-health"),
    "feed_one": Access("view-feeds", "administration", "view-feed-health"),
    "feed_alarm": Access("answer-feed-alarms", "administration", "view-feed-health"),
    "mapping": Access("view-feeds", "administration", "view-mapping"),
    **_all(
        "feed_new mapping_row mapping_people mapping_columns mapping_values mapping_check mapping_result",
        Access("map-feeds", "administration", "view-mapping"),
    ),
    "matches": Access("see-matches", verb="view-matches"),
    "match": Access("see-matches", verb="view-match"),
    **_all("match-quality match-model", Access("see-match-quality", "administration", "view-match-quality")),
    "match-joining": Access("decide-automatic-joining", "administration", "view-match-quality"),
    "match-next": Access("see-matches", verb="view-match"),
    "match-keys": Access("see-matches", "administration"),
    "match-undo": Access("decide-match", verb="view-match"),
    "separate": Access("separate-identities", verb="view-separate"),
    "seen-because": Access("separate-identities", verb="view-seen-because"),
    "who-was-who": Access("see-matches", verb="view-who-was-who"),
    **_all("join join-with", Access("join-identities", verb="view-join")),
    # The front door's queue.
    "queue": Access("see-queue", verb="view-queue"),
    "queue-lines": Access("see-queue", verb="view-queue"),
    "queue-live": Access("see-queue"),
    "queue-item": Access("see-queue", verb="view-queue-item"),
    **_all("queue-claim queue-act queue-shift", Access("decide-contact", verb="view-queue-item")),
    "queue-accept": Access("accept-hand-over", verb="view-queue-item"),
    # Who reads what.
    **_all("who-saw who-saw-file", Access("see-who-saw", verb="view-who-saw")),
    "who-saw-receipt": Access("see-who-saw", verb="make-receipt"),
    **_all("unusual unusual-one", Access("review-reading", "administration", "view-unusual-reading")),
    "own-details": Access(SIGNED_IN, "administration"),  # one's own, as fingerprints
    "flag-child": Access("flag-child", verb="view-flag"),
    **_all("keep-record keep-child", Access("restrict-record", verb="view-restriction")),
    **_all("kept-alone kept-alone-one", Access("name-anew", "administration", "view-restriction")),
    "commission-review": Access("commission-review", "administration", "view-commission-review"),
    "hindsight": Access("see-hindsight", "practice-review", "view-hindsight"),
    # What is kept, and what is erased.
    **_all("retention disposal", Access("see-retention", "administration", "view-retention")),
    "erase": Access("erase", "administration", "view-retention"),
    **_all("holds lift", Access("keep-holds", "administration", "view-holds")),
    # What leaves for somebody outside.
    **_all("packs pack pack-beside", Access("release-pack", verb="view-pack")),
    **_all("pack-pdf pack-csv", Access("release-pack", verb="view-pack-file")),
    **_all("pack-prepare pack-line", Access("prepare-pack", verb="view-pack")),
    **_all("decide-sharing decide-sharing-child", Access("decide-sharing", verb="view-entry")),
    # Protected locations, safe contact, and what was stopped on its way out.
    **_all("protected location", Access("view-child", verb="view-protected")),
    **_all("protect location-end", Access("protect-location", verb="view-protected")),
    "safe-contact": Access("record-entry", verb="view-protected"),
    **_all("stops stopped", Access("answer-stopped-release", "administration", "view-stops")),
    # Sending a concern, what became of it, and what waits from the page for the public.
    **_all("concerns concern concern-save concern-sent", Access("record-entry", verb="view-concern")),
    "concern-quality": Access("record-entry", "administration", "view-concern-quality"),
    "concern-quality-all": Access("see-figures", "administration", "view-concern-quality"),
    "public-held": Access("release-quarantine", "data-quality", "view-public-held"),
}
