"""Who is one person follows from what stands, and not from the order in which it came: against an oracle that tries all."""

from itertools import combinations
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.identity.clusters import Edge, components, in_turn, ordered

IDS = [UUID(int=n) for n in range(1, 8)]
PAIRS = [ordered(a, b) for a, b in combinations(IDS, 2)]


def groups(found):
    """The components as sets."""
    made = {}
    for member, root in found.items():
        made.setdefault(root, set()).add(member)
    return {frozenset(group) for group in made.values()}


def oracle(members, edges, apart, against):
    """The same, as slowly and plainly as it can be said: a list of sets."""
    parts = [{member} for member in members]
    apart, against = {frozenset(p) for p in apart}, {frozenset(p) for p in against}
    for edge in in_turn(edges):
        a = next(part for part in parts if edge.one in part)
        b = next(part for part in parts if edge.other in part)
        crossing = {frozenset((x, y)) for x in a for y in b}
        if a is b or crossing & apart or (not edge.decided and crossing & against):
            continue
        parts.remove(a)
        parts.remove(b)
        parts.append(a | b)
    return {frozenset(part) for part in parts}


@st.composite
def worlds(draw):
    """Every pair stands in one way or none: decided, joined by itself, told apart, or speaking against."""
    said = draw(st.lists(st.sampled_from(["", "", "same", "joined", "different", "against"]), min_size=21, max_size=21))
    bits = draw(st.lists(st.integers(5, 9), min_size=21, max_size=21))
    edges = [
        Edge(*pair, decided=how == "same", bits=float(weight))
        for pair, how, weight in zip(PAIRS, said, bits, strict=True)
        if how in ("same", "joined")
    ]
    kinds = {
        how: [pair for pair, one in zip(PAIRS, said, strict=True) if one == how] for how in ("different", "against")
    }
    return edges, kinds["different"], kinds["against"]


@settings(max_examples=400, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_components_are_the_oracles_in_whatever_order_things_stand(world, random):
    edges, apart, against = world
    found = groups(components(IDS, edges, apart, against))
    assert found == oracle(IDS, edges, apart, against)
    shuffled = [Edge(e.other, e.one, e.decided, e.bits) if random.random() < 0.5 else e for e in edges]
    random.shuffle(shuffled)
    members = random.sample(IDS, len(IDS))
    turned = [(b, a) for a, b in apart]
    assert groups(components(members, shuffled, turned, [(b, a) for a, b in against])) == found


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_nobody_told_apart_is_ever_one_person(world):
    edges, apart, against = world
    root = components(IDS, edges, apart, against)
    assert all(root[a] != root[b] for a, b in apart)


@settings(max_examples=400, deadline=None)
@given(worlds(), st.sampled_from(PAIRS))
def test_a_decision_about_two_people_unites_exactly_those_two_and_taking_it_back_gives_back_exactly_those(world, pair):
    """What `deciding` rests on. Joining decides every pair known between the two people; separating turns all of them."""
    edges, apart, against = world
    known = {e.pair for e in edges} | set(apart) | set(against)
    before = components(IDS, edges, apart, against)
    one, other = pair
    if before[one] == before[other] or any(before[e.one] != before[e.other] for e in edges if e.decided):
        return  # actions keep decisions free of contradiction
    a, b = ({m for m in IDS if before[m] == before[end]} for end in pair)
    crossing = {p for p in known if (p[0] in a and p[1] in b) or (p[0] in b and p[1] in a)} | {pair}
    joined = components(
        IDS,
        [e for e in edges if e.pair not in crossing] + [Edge(*p, decided=True) for p in crossing],
        [p for p in apart if p not in crossing],
        [p for p in against if p not in crossing],
    )
    expected = (groups(before) - {frozenset(a), frozenset(b)}) | {frozenset(a | b)}
    assert groups(joined) == expected
    parted = components(
        IDS,
        [e for e in edges if e.pair not in crossing],
        [*(p for p in apart if p not in crossing), *crossing],
        [p for p in against if p not in crossing],
    )
    assert groups(parted) == groups(before)


def test_a_person_decides_before_any_weight_and_the_weightier_before_the_lighter():
    a, b, c = IDS[:3]
    heavy, light, decided = Edge(a, b, False, 30), Edge(b, c, False, 12), Edge(b, c, True)
    assert groups(components([a, b, c], [light, heavy], [(a, c)])) == {frozenset((a, b)), frozenset((c,))}
    assert groups(components([a, b, c], [heavy, decided], [(a, c)])) == {frozenset((b, c)), frozenset((a,))}


def test_what_speaks_against_stops_weights_and_not_a_decision():
    a, b, c = IDS[:3]
    by_weight = [Edge(a, b, False, 20), Edge(b, c, False, 19)]
    assert groups(components([a, b, c], by_weight, [], [(a, c)])) == {frozenset((a, b)), frozenset((c,))}
    assert groups(components([a, b, c], [by_weight[0], Edge(b, c, True)], [], [(a, c)])) == {
        frozenset((b, c)),
        frozenset((a,)),
    }
    every = [by_weight[0], Edge(b, c, True), Edge(a, c, True)]
    assert groups(components([a, b, c], every, [])) == {frozenset((a, b, c))}
