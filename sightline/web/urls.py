"""Every page's address. Ids are random; nothing personal stands in an address. Who may: `permissions.py`."""

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.conf import settings
from django.urls import include, path

from sightline.web import drafts
from sightline.web.about import views as about
from sightline.web.access import child as access_child
from sightline.web.access import own as access_own
from sightline.web.access import receipt as access_receipt
from sightline.web.access import seen as access_seen
from sightline.web.access import unusual as access_unusual
from sightline.web.accounts import views as accounts
from sightline.web.allocations import views as allocations
from sightline.web.child import then as child_then
from sightline.web.child import views as child
from sightline.web.contexts import views as contexts
from sightline.web.day_lists import views as day_lists
from sightline.web.disclosure import preparing as disclosure_preparing
from sightline.web.disclosure import views as disclosure
from sightline.web.emergency import review as emergency_review
from sightline.web.emergency import together
from sightline.web.emergency import views as emergency
from sightline.web.encompass import views as encompass
from sightline.web.entry import views as entry
from sightline.web.expected import views as expected
from sightline.web.feeds import health as feed_health
from sightline.web.feeds import steps as feed_steps
from sightline.web.feeds import views as feeds
from sightline.web.find import views as find
from sightline.web.front_door import accept as queue_accept
from sightline.web.front_door import check as door_check
from sightline.web.front_door import decide as door_decide
from sightline.web.front_door import disagree as door_disagree
from sightline.web.front_door import discuss as door_discuss
from sightline.web.front_door import handover as door_handover
from sightline.web.front_door import item as queue_item
from sightline.web.front_door import live as queue_live
from sightline.web.front_door import queue
from sightline.web.hindsight import views as hindsight
from sightline.web.intelligence import views as intelligence
from sightline.web.keeping import anew
from sightline.web.keeping import views as keeping
from sightline.web.loads import views as loads
from sightline.web.matches import deciding as match_deciding
from sightline.web.matches import history as match_history
from sightline.web.matches import joining as match_joining
from sightline.web.matches import keys as match_keys
from sightline.web.matches import pair as match_pair
from sightline.web.matches import separating
from sightline.web.matches import views as matches
from sightline.web.matching import views as matching
from sightline.web.messages import choosing, measured
from sightline.web.messages import views as messages
from sightline.web.missing import views as missing
from sightline.web.notify import figures as notify_figures
from sightline.web.notify import public as notify_public
from sightline.web.notify import sorting as notify_sorting
from sightline.web.notify import views as notify
from sightline.web.police_information import views as police_information
from sightline.web.protected import stops
from sightline.web.protected import views as protected
from sightline.web.registry import changing as registry_changing
from sightline.web.registry import views as registry
from sightline.web.retention import views as retention
from sightline.web.signal_rules import drafts as signal_drafts
from sightline.web.signal_rules import views as signal_rules
from sightline.web.signals import lists as signal_lists
from sightline.web.signals import views as signal
from sightline.web.work import views as work

urlpatterns = [
    path("", work.work, name="work"),
    path("told/", encompass.told, name="told"),
    path("told/<uuid:cause>/", encompass.told_one, name="told-one"),
    path("to-tell/", encompass.to_tell, name="to-tell"),
    path("to-tell/<uuid:telling_id>/", encompass.to_tell_one, name="to-tell-one"),
    path("lists/", day_lists.lists, name="day-lists"),
    path("lists/<uuid:day>/", day_lists.one_list, name="day-list"),
    path("expected/", expected.expected, name="expected"),
    path("expected/<uuid:awaited>/", expected.one_expected, name="expected-one"),
    path("police-information/", police_information.items, name="police-information"),
    path("police-information/<uuid:item>/", police_information.one_item, name="police-information-one"),
    path("signs/", signal_lists.mine, name="signals"),
    path("signs/gaps/", signal_lists.data_quality, name="data-quality"),
    path("signs/<uuid:signal>/", signal.signal, name="signal"),
    path("signs/rules/", signal_rules.rules, name="signal-rules"),
    path("signs/rules/<slug:rule>/", signal_rules.rule, name="signal-rule"),
    path("signs/rules/<slug:rule>/switch/", signal_rules.switch, name="signal-switch"),
    path("signs/rules/<slug:rule>/draft/", signal_drafts.begin, name="signal-draft-new"),
    path("signs/figures/<uuid:figures>/", signal_rules.figures, name="signal-figures"),
    path("signs/drafts/<uuid:draft>/", signal_drafts.draft, name="signal-draft"),
    path("places/", contexts.places, name="places"),
    path("places/<uuid:signal>/", contexts.place, name="place"),
    path("missing/", missing.list_missing, name="missing"),
    path("missing/interview/<uuid:interview>/", missing.pass_interview_on, name="pass-on"),
    path("find/", find.find, name="find"),
    path("find/<uuid:search>/", find.found, name="found"),
    path("child/<uuid:person>/", child.child, name="child"),
    path("child/<uuid:person>/signs-then/", child_then.signs_then, name="child-signs-then"),
    path("child/<uuid:person>/separate/<uuid:held>/", separating.separate, name="separate"),
    path("child/<uuid:person>/separated/<uuid:held>/", match_history.seen, name="seen-because"),
    path("child/<uuid:person>/who/", match_history.who_was_who, name="who-was-who"),
    path("child/<uuid:person>/join/", match_joining.join, name="join"),
    path("child/<uuid:person>/join/<uuid:other>/", match_joining.join_with, name="join-with"),
    path("child/<uuid:person>/seen/", access_seen.seen, name="who-saw"),
    path("child/<uuid:person>/seen/file/", access_seen.seen_file, name="who-saw-file"),
    path("child/<uuid:person>/seen/<uuid:record>/receipt/", access_receipt.receipt, name="who-saw-receipt"),
    path("child/<uuid:person>/keep/", keeping.keep_child, name="keep-child"),
    path("entry/<uuid:entry>/keep/", keeping.keep_record, name="keep-record"),
    path("child/<uuid:person>/flag/", access_child.flag, name="flag-child"),
    path("child/<uuid:person>/review/", access_child.commission, name="commission-review"),
    path("child/<uuid:person>/hindsight/", hindsight.hindsight, name="hindsight"),
    path("reading/", access_unusual.unusual, name="unusual"),
    path("reading/own/", access_own.own, name="own-details"),
    path("reading/<uuid:unusual>/", access_unusual.one_unusual, name="unusual-one"),
    path("child/<uuid:person>/pack/", disclosure_preparing.prepare, name="pack-prepare"),
    path("child/<uuid:person>/share/", disclosure_preparing.share_child, name="decide-sharing-child"),
    path("entry/<uuid:entry>/", entry.entry, name="entry"),
    path("entry/<uuid:entry>/share/", disclosure_preparing.share_record, name="decide-sharing"),
    path("packs/", disclosure.packs, name="packs"),
    path("packs/<uuid:pack>/", disclosure.pack, name="pack"),
    path("packs/<uuid:pack>/line/<uuid:first>/", disclosure_preparing.line, name="pack-line"),
    path("packs/<uuid:pack>/beside/<uuid:other>/", disclosure.beside, name="pack-beside"),
    path("packs/<uuid:pack>/pdf/", disclosure.file, {"format": "pdf"}, name="pack-pdf"),
    path("packs/<uuid:pack>/csv/", disclosure.file, {"format": "csv"}, name="pack-csv"),
    path("messages/", messages.inbox, name="messages"),
    path("intelligence/", intelligence.portal, name="intelligence"),
    path("intelligence/new/", intelligence.new, name="intelligence-new"),
    path("intelligence/join/", intelligence.join, name="intelligence-join"),
    path("intelligence/use/", intelligence.use, name="intelligence-use"),
    path("intelligence/<uuid:told>/", intelligence.one, name="intelligence-one"),
    path("messages/settings/", choosing.choosing, name="messages-settings"),
    path("messages/measured/", measured.measured, name="messages-measured"),
    path("messages/<uuid:message>/read/", messages.read, name="message-read"),
    path("emergency/", emergency.anybody, name="emergency"),
    path("emergency/together/<uuid:ask>/", together.one, name="reveal"),
    path("kept/", anew.alone, name="kept-alone"),
    path("kept/<uuid:kept>/", anew.one, name="kept-alone-one"),
    path("emergency/together/<uuid:ask>/shown/", together.shown, name="reveal-shown"),
    path("child/<uuid:person>/emergency/", emergency.child, name="emergency-child"),
    path("child/<uuid:person>/ring/", emergency.whom_to_ring, name="emergency-ring"),
    path("child/<uuid:person>/reach/record/<uuid:subject>/", together.record, name="reveal-record"),
    path("child/<uuid:person>/reach/location/<uuid:subject>/", together.location, name="reveal-location"),
    path("emergencies/", emergency_review.queue, name="emergencies"),
    path("emergencies/<uuid:entry>/", emergency_review.one, name="emergency-one"),
    path("queue/", queue.queue_page, name="queue"),
    path("queue/lines/", queue.queue_lines, name="queue-lines"),
    path("queue/live/", queue_live.queue_live, name="queue-live"),
    path("queue/shift/", queue.shift, name="queue-shift"),
    path("queue/<uuid:item>/", queue_item.item_page, name="queue-item"),
    path("queue/<uuid:item>/claim/", queue.claim, name="queue-claim"),
    path("queue/<uuid:item>/act/", queue_item.act, name="queue-act"),
    path("queue/accept/<uuid:entry>/", queue_accept.accept, name="queue-accept"),
    path("decide/<uuid:notice>/", door_decide.decide, name="decide"),
    path("decide/<uuid:notice>/ask/", door_check.ask, name="ask-checks"),
    path("decide/<uuid:notice>/discussion/", door_discuss.call_discussion, name="call-discussion"),
    path("decided/<uuid:notice>/", door_decide.decided, name="decided"),
    path("decided/<uuid:notice>/again/", door_decide.look_again, name="reconsider"),
    path("decided/missing/<uuid:step>/", door_decide.whole, name="made-whole"),
    path("decided/tell/<uuid:step>/", door_decide.tell, name="tell-referrer"),
    path("asked/", door_check.asked, name="asked"),
    path("asked/<uuid:step>/", door_check.answer, name="asked-one"),
    path("handed-over/", door_handover.hand_overs, name="hand-overs"),
    path("handed-over/<uuid:step>/", door_handover.hand_over, name="hand-over"),
    path("team/", allocations.team, name="team"),
    path("team/<uuid:person>/", allocations.one, name="allocation"),
    path("answers-for/", door_handover.answers_for, name="answers-for"),
    path("discussions/<uuid:step>/", door_discuss.discussion, name="discussion"),
    path("discussions/<uuid:step>/medical/", door_discuss.medical, name="medical"),
    path("enquiries/<uuid:step>/", door_discuss.enquiry, name="enquiry"),
    path("became/", door_disagree.told, name="became"),
    path("became/<uuid:step>/", door_disagree.told_one, name="became-one"),
    path("disagreements/<uuid:step>/", door_disagree.disagreement, name="disagreement"),
    path("loads/", loads.loads, name="loads"),
    path("loads/<uuid:delivery>/", loads.delivery, name="delivery"),
    path("quarantine/<uuid:item>/", loads.quarantined, name="quarantined"),
    path("feeds/", feeds.feeds, name="feeds"),
    path("feeds/health/", feed_health.health, name="feed_health"),
    path("feeds/health/<slug:feed>/", feed_health.one, name="feed_one"),
    path("feeds/alarms/<uuid:alarm>/", feed_health.alarm, name="feed_alarm"),
    path("feeds/new/", feed_steps.new, name="feed_new"),
    path("feeds/<uuid:mapping>/", feeds.mapping, name="mapping"),
    path("feeds/<uuid:mapping>/row/", feed_steps.row, name="mapping_row"),
    path("feeds/<uuid:mapping>/people/", feed_steps.people, name="mapping_people"),
    path("feeds/<uuid:mapping>/columns/", feed_steps.columns, name="mapping_columns"),
    path("feeds/<uuid:mapping>/values/", feed_steps.values, name="mapping_values"),
    path("feeds/<uuid:mapping>/check/", feed_steps.check, name="mapping_check"),
    path("feeds/<uuid:mapping>/result/", feed_steps.live, name="mapping_result"),
    path("matches/", matches.matches, name="matches"),
    path("matches/quality/", matching.quality_page, name="match-quality"),
    path("matches/quality/joining/", matching.joining, name="match-joining"),
    path("matches/model/", matching.model_page, name="match-model"),
    path("matches/keys/", match_keys.switch, name="match-keys"),
    path("matches/<uuid:possible>/", match_pair.match, name="match"),
    path("matches/<uuid:possible>/next/", match_deciding.following, name="match-next"),
    path("matches/<uuid:possible>/undo/", match_deciding.undo, name="match-undo"),
    path("child/<uuid:person>/protected/", protected.of_child, name="protected"),
    path("child/<uuid:person>/protected/new/", protected.protect, name="protect"),
    path("child/<uuid:person>/safe-contact/", protected.safe_contact, name="safe-contact"),
    path("protected/<uuid:location>/", protected.location, name="location"),
    path("protected/<uuid:location>/end/", protected.end, name="location-end"),
    path("stopped/", stops.stops, name="stops"),
    path("stopped/<uuid:stop>/", stops.stopped, name="stopped"),
    path("typed/<uuid:about>/<slug:page>/", drafts.typed, name="typed"),
    path("draft/<slug:form>/<uuid:about>/", drafts.save, name="draft"),
    path("retention/", retention.retention, name="retention"),
    path("retention/holds/", retention.holds, name="holds"),
    path("retention/holds/<uuid:hold>/lift/", retention.lift, name="lift"),
    path("retention/<uuid:disposal>/", retention.disposal, name="disposal"),
    path("child/<uuid:person>/erase/", retention.erase, name="erase"),
    path("registry/", registry.registry, name="registry"),
    path("registry/group/<slug:group>/", registry.group, name="registry-group"),
    path("registry/group/<slug:group>/record/", registry_changing.record, name="registry-record"),
    path("registry/recorded/<uuid:row>/withdraw/", registry_changing.withdraw, name="registry-withdraw"),
    path("registry/agencies/", registry.agencies, name="registry-agencies"),
    path("registry/priorities/", registry.priorities, name="registry-priorities"),
    path("registry/changes/", registry.changes, name="registry-changes"),
    path("concern/", notify.concerns, name="concerns"),
    path("concern/quality/", notify_figures.own, name="concern-quality"),
    path("concern/quality/agencies/", notify_figures.everybody, name="concern-quality-all"),
    path("concern/public/", notify_sorting.held, name="public-held"),
    path("concern/<uuid:concern>/", notify.one, name="concern"),
    path("concern/<uuid:concern>/save/", notify.save, name="concern-save"),
    path("concern/<uuid:concern>/sent/", notify.sent, name="concern-sent"),
    path("tell-us/", notify_public.tell_us, name="tell-us"),
    path("help/", about.help_, name="help"),
    path("words/", about.glossary, name="glossary"),
    path("accessibility/", about.accessibility, name="accessibility"),
    path("health", about.health, name="health"),
    path("health/live", about.health_live, name="health-live"),
    path("health/details", about.health_details, name="health-details"),
    path("demo/", accounts.demo, name="demo"),
    # Sign-in: of allauth's pages, those that we use. There is no sign-up, no mail, no reset by mail.
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("sign-in/closed/", account.account_inactive, name="account_inactive"),
    path("sign-in/again/", account.reauthenticate, name="account_reauthenticate"),
    path("sign-in/password/", accounts.password, name="account_change_password"),
    path("sign-in/code/", factor.authenticate, name="mfa_authenticate"),
    path("sign-in/code/again/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("sign-in/second-factor/", factor.index, name="mfa_index"),
    path("sign-in/second-factor/set-up/", totp.activate_totp, name="mfa_activate_totp"),
    path("sign-in/second-factor/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("sign-in/second-factor/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
]
if settings.OIDC_SERVER_URL:
    from allauth.socialaccount import views as social

    urlpatterns += [
        path("sign-in/organisation/", include("allauth.socialaccount.providers.openid_connect.urls")),
        path("sign-in/organisation/failed/", social.login_error, name="socialaccount_login_error"),
        path("sign-in/organisation/stopped/", social.login_cancelled, name="socialaccount_login_cancelled"),
        path("sign-in/organisation/unknown/", social.signup, name="socialaccount_signup"),
    ]
