"""What professionals write and children say in the invented city. People first: the harm is named, and who causes it; what a
child does is told, never what a child is (handbook 4.6). Children's words are their own: plain, and never used against them."""

# ruff: noqa: E501 (words, not code: a sentence stays on its line)

from __future__ import annotations

import random

YOUNG = (  # four to ten
    "I like it when it's quiet.",
    "Mummy was sad so I made her toast.",
    "I slept in my coat.",
    "I want to stay at after-school club every day.",
    "He shouts and then I go under my bed.",
    "My tummy hurts on Mondays.",
    "I told my teddy because teddy doesn't tell.",
    "I don't like the loud days.",
    "I want my own drawer for my things.",
    "My sister looks after me.",
    "Nan makes the best dinners.",
    "When the door bangs I count to a hundred.",
    "Can I have a plaster for my elbow and one for my mum?",
    "I was hungry in the night.",
)
OLDER = (  # eleven to seventeen
    "I'm fine. I'm just tired.",
    "They said I owe them. I don't even know what for.",
    "I'd rather walk home the long way.",
    "If I talk to police it gets worse for my little brother.",
    "I just wanted somewhere to stay where nobody shouts.",
    "Nobody asked me what happened. They just said go home.",
    "I carry it because I'm scared, not because I'd use it.",
    "I like college. I want to be a mechanic.",
    "I can talk to Miss. She doesn't write everything down.",
    "I can't sleep when he's in the house.",
    "It's easier when I'm not there.",
    "They keep messaging until I answer.",
    "I'm not clever but I'm good with animals.",
    "Mum's trying. Don't make it sound like she isn't.",
    "I want to see my dad more.",
)
BABY = (
    "Settled quickly in {his} mother's arms; followed faces.",
    "Cried when voices were raised and calmed when held.",
    "Reached for an older child at home.",
    "Slept through the visit; warm and clean.",
    "Watchful and quiet; turned to {his} grandmother for comfort.",
)
FALLING_SHORT = ("N/A", "Too young", "Not spoken to", "Asleep")  # what is written where a child's voice should stand

WORKING = {
    "young": (
        "Loves story time and remembers every character.",
        "Kind to younger children in the playground.",
        "Nan collects {him} every day and is always on time.",
        "Proud of {his} swimming badge.",
        "Has one close friend and they look out for each other.",
        "Comes to breakfast club and helps to lay the tables.",
    ),
    "older": (
        "Comes to football training twice a week; trusts the coach.",
        "Gifted at drawing; {his} work is on the wall.",
        "Is up and at school every day, whatever the night was like.",
        "Talks to the youth worker, who has known {him} for two years.",
        "Helps at the animal shelter on Saturdays.",
        "Protective of the younger ones at home, and funny.",
        "Attended four of five maths catch-up sessions and asked for more.",
    ),
    "baby": (
        "{His} mother reads to {him} every evening.",
        "Both grandparents visit every week.",
        "All health visitor appointments were kept.",
    ),
}

POLICE = {
    "suspect": {
        "theft": "Stopped leaving a shop with food worth £9. Had not eaten since the day before.",
        "violence-without-injury": "Pushed another child during an argument. Both accounts are recorded.",
        "violence-with-injury": "Reported to have hit another child, who had a cut lip. There had been messages between the two all week.",
        "criminal-damage": "A window was broken. {He} stayed and told officers what had happened.",
        "possession-of-weapon": "A knife was found in a bag. Said that it is for the walk home.",
        "possession-of-drugs": "A small amount of cannabis was found. Was with an adult who could not say how they know each other.",
        "supply-of-drugs": "Found at an address with wraps and two phones, a long way from home. Officers consider that an adult is exploiting the child.",
        "robbery": "Said by a witness to have been with the group that took a phone. An older male gave the instructions.",
        "public-order": "Shouting in the street late at night; calmed when an officer sat down and listened.",
        "antisocial-behaviour": "One of a group asked to move on twice. Taken home.",
        "vehicle": "Passenger in a car taken without consent. The driver, an adult, ran off.",
    },
    "victim": {
        "violence-with-injury": "Hit by two older children on the way home; bruise to the cheek. Walked home by an officer.",
        "violence-without-injury": "Threatened by somebody at the school whom the child would not name.",
        "robbery": "A phone and trainers were taken with threats. Frightened to take the same way again.",
        "theft": "A bicycle was taken. It was a birthday present.",
        "stalking-and-harassment": "More than forty messages in a night from an unknown number, telling the child to come out.",
        "child-sexual-exploitation": "An adult asked for images online and then threatened to share them. The child told an aunt, who rang police.",
        "child-criminal-exploitation": "Was made to hold a package by an adult, who then said that it was short. Told a teacher.",
    },
    "witness": {
        "public-order": "Saw a fight and rang for help.",
        "violence-with-injury": "Stayed with an injured friend until the ambulance came.",
    },
}
MISSING = (
    "Left after an argument at home; came back alone and hungry.",
    "Found by officers with an adult male who drove off. Did not want to say where they had been.",
    "Was at a friend's; the friend's mother rang.",
    "Found at a railway station in another town with a ticket somebody else had bought.",
    "Came back at breakfast time, wet through. Said that walking helps.",
    "Found two streets away, in the park, with a cousin.",
)
DOMESTIC = (
    "A neighbour rang. The person causing harm had broken a door and would not leave; the children were upstairs and heard everything.",
    "The victim was pushed and her phone was taken. The eldest child rang 999.",
    "Threats through the letter box by a former partner who may not come near the home.",
    "Shouting and a plate thrown at a wall; the victim had taken the children into the bathroom.",
    "Control of money and phone over months, told by the victim when she came to the front counter with the children.",
)
DOMESTIC_ALONE = (
    "A neighbour rang. Two adults were arguing; one had scratches to the arm and did not want to say more.",
    "Messages all week from a former partner who has been told to stop.",
    "The victim came to the front counter and told of months of control over money and friends.",
    "A door was kicked. Whoever did it had left before officers came.",
    "Pushed against a wall in the kitchen. Nobody else was at home.",
)
ENCOMPASS = (
    "A quiet start with the person whom the child trusts.",
    "Breakfast and a check-in; the day as usual.",
    "",
)
PPN = (
    "Home alone at night with younger children; food in the fridge was past its date.",
    "Frightened of somebody at home and would not say whom.",
    "With adults who could not explain how they know the child.",
    "Third time this month that officers have brought the child home.",
    "The child's account of the injury does not fit what officers saw.",
)
SCHOOL = {
    "neglect": "Hungry most mornings and in the same clothes all week. The school feeds {him} and washes for {him} quietly.",
    "emotional-abuse": "Says that {he} is stupid, in the same words that we heard used at the gate.",
    "domestic-abuse": "Drew the house with a big black door and said who may not come in.",
    "bullying": "A group chat has turned on the child. Screens were seen and kept.",
    "online": "Somebody unknown asks for pictures. The phone was given to us, and the family knows.",
    "child-on-child": "Pushed and called names by two older pupils. All three families were spoken to.",
    "unexplained-injury": "A bruise on the upper arm; two different accounts on two days.",
    "mental-health": "Has stopped eating lunch and sits apart. Asked for somebody to talk to.",
    "self-harm": "Showed old marks to the nurse and said that it had stopped in the summer.",
    "criminal-exploitation": "New trainers and two phones; leaves by the back gate, where a car waits.",
    "serious-violence": "Named in threats online. Afraid of the journey home.",
    "absence": "Missed eleven of twenty days. Looks after a parent who is ill.",
    "young-carer": "Does the shopping, the cooking and the youngest's bath before coming to school.",
    "parent": "Mother arrived tearful and said that she cannot manage at the moment; she asked for help.",
}
HEALTH = {
    "health-visitor-concern": (
        "Not brought for two reviews. Mother says that the buses cost too much; a home visit is arranged.",
        "Weight has fallen across two centiles; the family is worried too.",
        "Mother is low and alone with three under five; her sister is in Harrowgarth.",
        "Bruise on a baby who cannot yet roll. Sent to hospital the same hour.",
    ),
    "school-nurse-concern": (
        "Sleeps four hours; worries about a parent.",
        "Asked about somebody who waits outside the school.",
        "Lives on crisps and energy drinks; there is no cooker at home at present.",
        "Told the drop-in that home is frightening at weekends.",
    ),
    "midwifery-concern": (
        "First seen at 29 weeks; worried about money and about what the baby's father may do.",
        "Said that the baby's father has hurt her before. Wants help.",
    ),
    "camhs-referral": (
        "Low mood for six months, after a bereavement.",
        "Panic on the way to school.",
        "Flashbacks and poor sleep after what happened at home.",
        "Hears unkind thoughts at night; wants them to stop.",
    ),
}
AE_ROUTINE = (
    ("Fever", "Not applicable", "High temperature for two days. Drinking well."),
    ("Difficulty breathing", "Not applicable", "Wheeze, settled with an inhaler."),
    ("Limb injury", "Unintentional", "Fell from a climbing frame. Sprain."),
    ("Laceration", "Unintentional", "Cut finger while cooking with a grandparent."),
    ("Head injury", "Unintentional", "Bumped heads at football. Observed and sent home."),
    ("Abdominal pain", "Not applicable", "Settled; advice given."),
    ("Burn", "Unintentional", "Small scald from tea. Dressed."),
    ("Other", "Not applicable", "Rash; reassured."),
)
AE_HARM = (
    ("Assault", "Assault", "Bruising to the face; says that a group jumped {him}."),
    ("Laceration", "Assault", "Cut to the hand; did not want to say how."),
    ("Head injury", "Undetermined", "Says that {he} fell downstairs. Quiet, with an adult who answered for {him}."),
    ("Self-harm", "Self-inflicted", "Took tablets and told a parent at once. Seen by the mental health team."),
    ("Bruising", "Undetermined", "Bruises of different ages; the account changed."),
    ("Alcohol", "Not applicable", "Brought by a friend's parent; very cold."),
)
CONCERNS = {
    "ambulance": (
        "Called to a parent who was not well; a child of nine opened the door and looked after the crew.",
        "No carpet, no bedding and no food in sight. The children were friendly and cold.",
        "A teenager was unconscious after drinking with adults whom nobody could name.",
        "Fall down stairs; the adults' accounts differ.",
    ),
    "housing": (
        "Repairs team: the door to the children's room locks from outside.",
        "Rent is eight weeks behind; strangers come and go at night, the tenant says that she cannot stop them.",
        "Mould in both bedrooms; the baby coughs. A move was asked for in spring.",
        "Neighbours tell of shouting and of a child crying in the stairwell late at night.",
    ),
    "voluntary": (
        "Comes to the club in the same clothes and takes food home for a brother.",
        "Told a youth worker that somebody older waits outside.",
        "Told the drama group that home is not safe at weekends.",
        "A parent asked for a food parcel and cried; there has been no money since the move.",
    ),
    "domestic-service": (
        "Mother has come to us for help. The children saw the last assault, and he has a key.",
        "He waits outside the school. She asks that nothing is written to the address.",
        "She is pregnant, and it has become worse. A safety plan is begun.",
        "He has broken the order twice this month; the children sleep in their clothes.",
    ),
    "probation": (
        "A person on probation for violence has given this address; children live there.",
        "Missed three appointments; partner says that she and the children are staying with her sister.",
        "The order ends next month. He has kept to it and asks about seeing the children.",
    ),
    "adult-mental-health": (
        "Sees a parent weekly; the children stay with their grandmother on bad days.",
        "A parent has come home from hospital; the plan names who helps with the children.",
    ),
    "substance-misuse": (
        "A parent collects medicine daily and keeps it in a locked box.",
        "A parent has begun to drink again and asked us to tell the health visitor.",
    ),
}
EARLY_HELP = (
    "Mornings, money and somebody to talk to.",
    "Help with routines while a parent recovers from an operation.",
    "A place at a club, and advice about debts.",
    "Help with sleep and school refusal; the family has good ideas of its own.",
)
CONTACT_REASONS = (
    "Worried about what the children see and hear at home.",
    "The family is short of food and heating and has asked for help.",
    "A parent's drinking has become much worse since January.",
    "A child came to us upset and did not want to go home.",
    "Two children have been left with a neighbour for four days.",
    "An adult who has hurt children before is said to be staying there.",
)
FAMILY_VIEWS = (
    "Mother was upset at first, then said that she would be glad of help.",
    "Father says that it is being made bigger than it is, and wants to be told first.",
    "Both parents want help with routines and money.",
    "Grandmother says that she has been worried too.",
    "Does not want a social worker; would talk to school.",
)
DECIDED = {
    "no-further-action": "Checked with school and health: nothing further is known to them today. The family has said what they will do, and knows whom to ring.",
    "advice": "Advice to the referrer, who knows the family well and goes on seeing them each week. To come back to us if the plan does not hold.",
    "early-help": "Several needs, none at the level of a social worker. The family agrees to early help, led by somebody whom they chose.",
    "assessment": "What is described would affect these children's health and development without help. An assessment is needed to understand what happens at home.",
    "section-47": "There is reasonable cause to suspect that the child is suffering, or likely to suffer, significant harm. Police and health were spoken to before this was decided.",
}
INTERVIEW = (
    ("Arguments at home", "Friends who listen"),
    ("Feels watched", "Somebody older who gives lifts and food"),
    ("Worry about a parent", "Quiet"),
    ("Threats over a debt", "Fear of what follows if not"),
)


PRONOUNS = {"female": ("she", "her", "her"), "male": ("he", "him", "his")}


def about(text: str, sex: str) -> str:
    """The text with the child's own pronouns: `{he}`, `{him}`, `{his}`, and with a capital."""
    if "{" not in text:
        return text
    he, him, his = PRONOUNS.get(sex, ("they", "them", "their"))
    return text.format(he=he, him=him, his=his, He=he.capitalize(), His=his.capitalize())


def quote(rng: random.Random, age: int, sex: str = "") -> str:
    return about(rng.choice(BABY if age < 4 else YOUNG if age < 11 else OLDER), sex)


def voice(rng: random.Random, ages: list[int], poor: float, sex: str = "") -> str:
    """What stands in the field for the child's voice: with that chance nothing, or what is not enough."""
    chance = rng.random()
    if chance < poor:
        return rng.choice(FALLING_SHORT) if chance < poor / 2 else ""
    return " / ".join(quote(rng, age, sex) for age in ages[:3])


def working(rng: random.Random, age: int, sex: str = "") -> str:
    return about(rng.choice(WORKING["baby" if age < 4 else "young" if age < 11 else "older"]), sex)
