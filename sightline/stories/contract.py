"""The names that a story may use, besides those of the definition. A contract: added to, never changed.

Outsiders write stories; whatever stands here is accepted, and what is not built yet answers `not built yet`. Records,
fields, roles on records, clocks, workers' roles and agencies are names of the definition.
"""

from __future__ import annotations

# --- what workers do: the keys of `with`, and what `on` may name ------------------------------------------------------

_MEDICAL = ("needed", "rationale", "consulted-name", "consulted-role", "consent-not-given-by", "legal-advice")
_DECISION = (
    "decision",
    "rationale",
    "threshold",
    "without-checks",
    "agreement",
    "not-sought-because",
    "family-view",
    "child-view",
    "dissent",
    "dissent-by",
    "team",
    "tell",
)

ACTIONS: dict[str, tuple[str, ...]] = {
    "decide-contact": _DECISION,
    "decide-referral": _DECISION,
    "request-check": ("agency", "question", "because", "agreement", "at-the-line", "cannot-wait"),
    "answer-check": ("agency", "answer", "detail", "question", "headline", "because", "onward", "handling"),
    "call-strategy-discussion": ("agencies", "because"),
    "record-medical-decision": _MEDICAL,
    "allocate": ("worker",),
    "end-allocation": ("worker",),
    "join": ("people", "because"),
    "separate": ("people", "because"),
    "decide-match": ("people", "decision", "because"),
    "view-child": ("purpose",),
    "break-glass": ("reason",),
    "review-break-glass": ("upheld", "comment"),
    "decide-sharing": (
        "decision", "recipient", "purpose", "basis", "told-family", "because", "agreement", "not-sought-because",
        "not-told-because", "family-view", "what", "conditions",
    ),  # fmt: skip
    "release-pack": ("recipient", "purpose"),
    "protect-location": ("recipients", "kind", "because"),
    "acknowledge-message": ("message",),
    "answer-signal": ("signal", "answer", "because", "done"),
    "escalate": ("reason",),
    "reconsider": ("reason", "stands"),
    "correct-record": ("says", "fields", "about", "at", "as"),
    "erase": ("reason",),
    "confirm": ("comment",),
    "keep-registry": ("group", "what", "value", "happened", "source"),
    "reject": ("comment",),
    "accept-hand-over": ("comment",),
    "claim": ("take",),
    # added since
    "record-strategy-discussion": (
        "agencies", "sent-information", "could-not", "information", "outcome", "rationale", "family-told", "child-view", "siblings",
        "next-discussion", "held-at", "dissent",
    ),  # fmt: skip
    "ask-agency": ("people", "agency"),
    "guard": ("kind", "because"),
    "restrict": ("named", "because"),
    "lift-restriction": ("because",),
    "agree-intelligence": ("to", "because"),
    "reveal": ("reason",),
    "review-reading": ("outcome", "comment"),
    "hold": ("kind", "because"),
    "lift-hold": ("because",),
    "say-safe-contact": ("channel", "safe", "said-by", "number"),
    "answer-telling": ("says", "because", "words"),
    "find-school": ("agency", "whom", "because"),
    "say-no-notice": ("because",),
    "bring-to-list": ("list", "words"),
    "add-task": ("list", "words", "owner", "due"),
    "hear-line": ("list", "decision", "because"),
    "note-seat": ("list", "agency", "here"),
    "allocate-item": ("worker",),
    "allocate-in-team": ("worker", "passes", "because"),
    "end-in-team": ("worker", "because"),
    "review-item": ("harm", "outcome", "because"),
    "sign-off-item": ("words", "agrees"),
    "pass-on": ("words", "child-told", "not-told-because"),
    "take-to-manager": ("signal", "because"),
    "send-concern": ("record", "children", "says", "voice", "fields", "leave-out"),
}
OF_A_PAIR = frozenset({"join", "separate", "decide-match", "ask-agency"})  # what two workers may have to agree on
WITHOUT_ON = frozenset({*OF_A_PAIR, "keep-registry", "send-concern"})

# values of `with` that are codes
CODES: dict[tuple[str, str], tuple[str, ...]] = (
    {
        (action, "decision"): (
            "no-further-action",
            "advice",
            "early-help",
            "family-help",
            "assessment",
            "strategy-discussion",
            "section-47",
        )
        for action in ("decide-contact", "decide-referral")
    }
    | {(action, "agreement"): ("yes", "no", "not-sought") for action in ("decide-contact", "decide-referral")}
    | {
        ("answer-check", "answer"): ("nothing-known", "known", "not-available"),
        ("answer-check", "handling"): ("ordinary", "health-sensitive", "restricted", "police-only"),
        ("record-strategy-discussion", "outcome"): ("s47-single", "s47-joint", "assessment", "nfa", "other"),
        ("reconsider", "stands"): ("yes", "no"),
        ("decide-match", "decision"): ("same", "different", "unsure"),
        ("guard", "kind"): ("protected", "sealed"),
        ("protect-location", "kind"): ("home", "refuge", "placement", "other"),
        ("say-safe-contact", "channel"): ("phone", "voicemail", "text", "letter", "e-mail"),
        ("say-safe-contact", "safe"): ("yes", "no"),
        ("hold", "kind"): ("inquiry", "litigation", "review", "subject-access", "moratorium", "other"),
        ("review-break-glass", "upheld"): ("yes", "no"),
        ("review-reading", "outcome"): ("justified", "training", "breach"),
        ("decide-sharing", "decision"): ("share", "share-part", "not-share"),
        ("answer-telling", "says"): ("read", "not-ours", "support"),
        ("answer-telling", "because"): ("not-a-pupil", "left", "not-known"),
        ("review-item", "harm"): ("yes", "no"),
        ("answer-signal", "answer"): ("acted", "covered", "not-relevant", "wrong"),
        ("record-medical-decision", "needed"): ("yes", "no"),
        ("record-medical-decision", "consent-not-given-by"): ("parent", "child-with-capacity"),
        ("record-medical-decision", "legal-advice"): ("yes", "no"),
    }
)

CLOCKS = (
    "referral-decision",
    "referrer-feedback",
    "contact-screening",
    "agency-check",
    "assessment",
    "section-47-to-conference",
    "first-core-group",
    "first-review-conference",
    "review-conference",
    "return-home-interview",
    "encompass-notice",
    "ppn-submission",
    "police-protection",
    "break-glass-review",
    "hand-over",
)

MESSAGES = (
    "operation-encompass",
    "already-open",
    "referrer-feedback",
    "agency-check-request",
    "new-on-your-child",
    "signal-raised",
    "signal-raised-now",
    "ppn-quality",
    "ppn-missing",
    "break-glass-alert",
    "unusual-reading",
    "match-to-decide",
    "strategy-discussion-called",
    "release-stopped",
    "hand-over",
    "reachable-moment",
    "protected-location-needed",
    # added since
    "break-glass-unreviewed",
    "reveal-asked",
    "reveal-alert",
    "protected-place-told",
    "protected-place-guessed",
    "step-flagged",
    "agency-check-late",
    "agency-check-reminder",
    "disagreement",
    "decision-stands",
    "second-person-asked",
    "match-second-asked",
    "encompass-at-home",
    "encompass-nobody-to-tell",
    "encompass-unread",
    "encompass-asks",
    "follow-up-missing",
    "disclosure-undecided",
    "request-unanswered",
    "item-to-review",
    "day-list-ready",
    "looking-over",
)

SIGNALS = (
    "pattern-of-incidents",
    "repeat-missing",
    "return-interview-not-held",
    "injury-then-police",
    "exclusion-with-exploitation",
    "cumulative-domestic-abuse",
    "repeat-contacts-no-action",
    "re-referral-after-plan",
    "children-linked-to-place",
    "linked-peer-harmed",
    "injury-in-non-mobile-infant",
    "waiting-with-new-incidents",
    "home-education-during-enquiries",
    "transition-without-adult-partner",
    "custody-overnight",
    "unseen-child",
    "contradiction-in-identity",
    "no-voice-recorded",
    "expected-notice-missing",
    "weapon-concern",
    "adult-with-history-of-harm-joins-household",
    "low-risk-challenged",
    "reachable-moment",
)

REASONS = (
    "rationale-missing",
    "rationale-too-short",
    "checks-outstanding",
    "single-agency",
    "consultee-missing",
    "further-discussion-needed",
    "not-permitted",
    "wrong-state",
    "second-person-needed",
    "already-decided",
    "protected",
    "out-of-date",
    "agreement-missing",
    # added since
    "on-hold",
    "family-not-told",
    "not-named",
    "not-the-originator",
    "reason-too-short",
    "basis-missing",
    "core-agency-missing",
    "plan-missing",
    "referral-needed",
    "child-not-told",
)

# --- what a story may expect: (keys that it needs, keys that it may have) ---------------------------------------------

PARTS = frozenset({"says", "place", "voice-of-child", "ethnicity"})  # of any record, besides its fields and what it should tell
EXPECTATIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "same-person": (("of",), ()),
    "different-person": (("of",), ()),
    "possible-match": (("of",), ()),
    "quality": (("record", "missing"), ()),
    "refused": (("event",), ("because",)),
    "flagged": (("event",), ("because",)),
    "clock": (("clock", "about", "state"), ("record",)),
    "sees": (("who", "record", "as"), ()),
    "knew": (("who", "about", "records"), ()),
    "signal": (("signal",), ("about", "citing", "level", "answered", "stands")),
    "message": (("message", "to"), ("about", "record", "signal")),
    "pack": (("event",), ("shown", "redacted", "withheld", "says", "lacks", "is")),
    # added since
    "loaded": (("event",), ("read", "new", "unchanged", "superseding", "quarantined", "people-new", "people-matched")),
    "kept-for-a-person": (("event",), ("because",)),
    "corrected": (("record",), ("times",)),
    "stated": (("record",), ()),
    "professional": (("about", "role"), ("who", "agency", "team")),
    "known-as": (("about",), ("who", "given", "family", "born", "expected", "sex", "ethnicity", "school")),
    "voice": (("about", "words"), ("who",)),
    "open-state": (("about", "open"), ("who",)),
    "registry": (("group", "shows"), ("on", "chair", "name")),
    "seen-because": (("of", "who"), ("since", "until")),
    "finds": (("who", "finds"), ("words", "born", "age", "number", "postcode", "school", "first")),
    "sees-match": (("who", "of"), ()),
    "matches-waiting": (("count",), ()),
    "in-queue": (("record",), ("urgent",)),
    "queue": (("record", "who"), ("why", "above", "stands", "with", "open-to", "repeats", "holder")),
    "detail": (("of", "detail"), ("as-received",)),
    "has-seen": (("who", "about"), ()),
    "reads": (("who", "record"), ("fields", "without")),
    "would-see": (("who", "record", "says"), ()),
    "shows-words": (("who", "about", "words"), ()),
    "may-reveal": (("who", "about"), ()),
    "safe-to-contact": (("about", "channel"), ()),
    "telling": (("record",), ("about", "place", "stands", "route")),
    "not-come": (("who", "record"), ()),
    "day-list": (("list", "record"), ("on", "heard")),
    "item": (("record",), ("stage", "outcome")),
    "absences": (("who", "about"), ("count", "stands")),
    "signs": (("who", "signal", "about"), ()),
}
COMMON = ("kind", "at", "by", "never", "because", "note")
NOT_BUILT = frozenset({"agenda", "task", "plan", "figure"})  # any keys: their own form comes with them

CLOCK_STATES = ("running", "met", "late", "paused")
LEVELS = ("full", "headline", "pointer", "hidden", "shown")

PERSON_KEYS = (
    "given",
    "family",
    "born",
    "expected",
    "sex",
    "ethnicity",
    "nhs_number",
    "upn",
    "address",
    "school",
    "phone",
    "email",
    "language",
)
AS_KEYS = (*PERSON_KEYS, "local_id")
STORY_KEYS = (
    "story",
    "about",
    "covers",
    "partnership",
    "people",
    "relations",
    "agencies",
    "workers",
    "events",
    "expect",
)
SENT_KEYS = (
    "id",
    "at",
    "until",
    "sent",
    "loaded",
    "from",
    "record",
    "about",
    "as",
    "place",
    "says",
    "fields",
    "message",
    "version",
    "note",
)
FILE_KEYS = ("id", "at", "sent", "from", "feed", "file", "same-as", "name", "holds", "note")
ACT_KEYS = ("id", "at", "by", "does", "on", "with", "note")
AGENCY_KEYS = ("kind", "name", "calendar", "phone")
WORKER_KEYS = ("agency", "team", "role", "name", "settings", "phone")

NOT_BUILT_YET = "not built yet"
