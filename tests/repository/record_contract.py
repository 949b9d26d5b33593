"""What the partnership has promised to those who send: which records reach the front door, and which lie sealed.

The fields and roles of the first records are in `tests/unit/stories/names.py`; those that came after, in `LATER`: the roles on
each, and the fields that others may rely on. Added to, never renamed.
"""

# The front door's queue, of the records of the contract: always, or only where a condition holds.
QUEUE = frozenset(
    "ppn domestic-abuse-incident missing-episode custody ambulance-concern health-visitor-concern school-nurse-concern "
    "gp-concern midwifery-concern housing-concern voluntary-concern faith-concern school-concern weapon-in-school contact "
    "referral probation-check".split()
)
QUEUE_SOMETIMES = frozenset(("police-incident", "ae-attendance"))

# Sealed until a concern opens.
ROUTINE = frozenset(("attendance-summary", "ae-attendance"))

# And of those that came after.
LATER_QUEUE = frozenset(
    "police-protection bed-request infant-bruise fgm-report harmful-sexual-behaviour prevent-referral private-fostering".split()
)
LATER_QUEUE_SOMETIMES = frozenset(
    "cuckooing-concern mental-health-crisis sexual-health-need child-death adult-safeguarding".split()
)
LATER_ROUTINE = frozenset(("developmental-review", "was-not-brought"))

NEVER_EVIDENCE = frozenset(("police-intelligence", "intelligence-submission"))
CONTEXT_ONLY = frozenset(("stop-search", "strip-search", "anti-social-behaviour"))

# Social care's own records, whose examples are still few. Take away what is whole; add nothing.
STILL_THIN = frozenset(
    (
        "absent-episode address-held assessment care-health-check care-leaver care-plan care-review child-feedback "
        "child-in-need-plan child-protection-plan conference contact conviction core-group deprivation-of-liberty "
        "early-help-episode ehcp ehcp-assessment ehcp-request episode-closed family immigration-status "
        "immunisation-status involvement left-care legal-status looked-after-episode meeting-planned parent-recorded "
        "permanence person-details placement pre-proceedings previous-permanence referral sdq-score section-47 sen-need "
        "social-care-episode special-educational-needs strategy-discussion substance-misuse visit"
    ).split()
)

# Sent by a service none of whose workers reads it back in full: they are told that it is held.
NOT_READ_BACK = frozenset(("substance-misuse",))

LATER = {
    "adult-safeguarding": ("reason child-impact enquiry cannot-wait", "other-adult child"),
    "alternative-place": ("from to where hours registered checks-arrival review-on", "child"),
    "anti-social-behaviour": ("context step asked offered", "child victim"),
    "appropriate-adult": ("asked-at came-at who left-at why-late child-view", "child"),
    "attendance-letter": ("letter-kind sent-on missed possible reason offered", "pupil"),
    "bed-request": (
        "requested-at bed-kind bail-refused-because answered-at answer moved-at certificate reason",
        "child",
    ),
    "bullying": ("about online context voice-of-child done", "child other-child"),
    "child-abduction-warning": ("issued-on until covers carer-agrees", "child person-causing-harm"),
    "child-death": ("died-on expected joint-response siblings-safe key-worker", "child sibling parent"),
    "communication-needs": ("how who-helps aids not-usual personal-care", "child"),
    "cp-is-access": ("setting accessed-at status", "child"),
    "cp-medical": (
        "medical-kind asked-at held-at report-at opinion not-held-because agreement-by voice-of-child "
        "others-considered",
        "child",
    ),
    "cuckooing-concern": ("reason voice-of-child child-lives-there cannot-wait", "child other-adult"),
    "daily-risk-meeting": ("heard-on children-safe goes-to-marac reason", "victim child person-causing-harm"),
    "developmental-review": ("review-kind held-on brought development more-help", "child"),
    "disclosure-scheme": ("right asked-at answer told-at safety-plan", "victim child"),
    "domestic-abuse-order": (
        "order-kind issued-at court-by until conditions children-named breached-at",
        "victim child person-causing-harm",
    ),
    "exploitation-screen": ("answer exploitation-kinds seen not-known protective voice-of-child", "child"),
    "fgm-report": ("known police-told-at police-reference reason travel-planned voice-of-child", "child parent"),
    "filtering-alert": ("about looked-at-by talked-at voice-of-child done", "pupil"),
    "focused-deterrence": ("tasked-on visited-at answer offered voice-of-child", "child parent"),
    "harmful-sexual-behaviour": ("context where online-images apart voice-of-child cannot-wait", "child other-child"),
    "home-conditions": ("conditions means who-mends mend-by safe-sleep", "child parent"),
    "homelessness-duty": ("duty from to home-kind out-of-area school-kept because-of-abuse", "child parent"),
    "household-pressures": ("pressures means helped-with agreement", "child parent"),
    "idva-referral": ("reason victim-agrees safe-contact first-contact-at answer", "victim child"),
    "infant-bruise": ("seen-at what account can-move paediatrician-at voice-of-child", "child parent"),
    "investigation-outcome": (
        "reference status outcome-code conditions bail-until child-told-at victim-told-at",
        "suspect victim",
    ),
    "liaison-diversion-screening": ("seen-at outcome needs referred-to exploitation-asked voice-of-child", "child"),
    "mappa-referral": (
        "referred-on category level answer answered-on refused-because escalated-on safety",
        "child child-at-risk managed-adult",
    ),
    "marac-referral": (
        "marac-reason dash-score reason voice-of-child victim-agrees safe-contact heard-on flag-until",
        "victim child person-causing-harm",
    ),
    "mental-health-crisis": ("seen-at self-harm where-now safety-plan voice-of-child family-told", "child"),
    "navigator-contact": ("met-at at-hospital answer changed voice-of-child", "child"),
    "not-in-education-or-work": ("from to wants in-the-way offered", "child"),
    "nrm-referral": (
        "referred-on exploitation-kinds reference where reasonable-grounds reasonable-grounds-on "
        "conclusive-grounds conclusive-grounds-on guardian defence-told voice-of-child",
        "child exploiter",
    ),
    "parent-health": ("adult-need from to child-impact child-cares crisis-plan pregnant", "parent child"),
    "place-concern": ("location-type when what who-could-help licensed", ""),
    "position-of-trust": ("harm-limbs employer aware-at reason outcome closed-on", "person-in-trust child"),
    "prevent-referral": ("referred-on reason online family-told voice-of-child panel-on answer", "child"),
    "prevention-interview": ("episode held-at not-held-because harmed with-whom voice-of-child passed-on", "child"),
    "prevention-talk": ("topics held-on with-whom seen", "child parent"),
    "private-fostering": (
        "from to notified-by reason parents-where first-visit-on voice-of-child",
        "child carer parent",
    ),
    "remand": ("remand-kind from to where offered-instead next-hearing", "child"),
    "removed-from-roll": ("left-on reason next-school seen-there-on enquiries worker-told", "pupil"),
    "safe-taskforce": (
        "intervention from to attendance-before attendance-after suspensions-before suspensions-after voice-of-child",
        "child",
    ),
    "sarc-attendance": ("seen-at needs-now police-told follow-up-on", "child"),
    "school-file-moved": ("started-on sent-on to-school received-on talked", "child"),
    "secure-stay": ("basis from to where risk-on-arrival release-expected home-after told approval", "child"),
    "separation": ("from to reason hours-out education reviewed-by voice-of-child", "child"),
    "serious-incident": ("what aware-on notified-on rapid-review-on family-told", "child"),
    "sexual-health-need": ("under-thirteen coercion-asked agreed-to-share shared-because", "child"),
    "strip-search": (
        "where search-kind authorised-by appropriate-adult why-no-adult reason found voice-of-child "
        "parent-told-at referral-considered",
        "subject",
    ),
    "substance-help": ("from to agreed-to-share exploitation-asked voice-of-child", "child"),
    "tenancy-at-risk": ("step leave-on reason tried family-told", "child parent"),
    "transition-to-adults": ("asked-on answer lead starts-on risk wants", "child"),
    "was-not-brought": ("service appointment-at how-many reason next", "child"),
    "weapon-risk-plan": ("started ended why-carried who-else arrangements safe-route told review-on", "child"),
    "young-carer": ("for-whom does assessed-on agreement voice-of-child", "child"),
    "youth-justice-assessment": (
        "assessment-kind started completed safety-of-child harm-to-others likely-again tier panel-on "
        "strengths voice-of-child",
        "child",
    ),
    "youth-justice-order": ("order-kind started ended first-panel-on requirements moves-to-adults-on", "child"),
    "youth-prevention": ("prevention-kind started ended ended-how what changed", "child"),
    "youth-work": ("from to what trusted-person changed voice-of-child", "child"),
}
