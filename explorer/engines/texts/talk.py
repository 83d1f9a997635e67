"""Short talk written for this program: messages, and what different people answered."""

from dataclasses import dataclass
from functools import cache

from explorer.engines.texts.corpus import WORD

TALK = """
weather: will it rain today | i don't know | take an umbrella with you | the clouds look dark
weather: is it cold outside | i am not sure | wear a warm coat | there is frost on the windows
weather: how is the weather tomorrow | i don't know | the radio says sun and wind
weather: do i need a coat | i think so | yes it is cold outside
weather: when does the storm come | i don't know | the wind gets strong at night
weather: is there snow on the hill | i am not sure | yes the snow is deep | the hill is white
train: when does the train leave | i don't know | the train leaves at nine
train: which platform is my train | i am not sure | platform two behind the stairs
train: is the train late today | i don't know | yes ten minutes late
train: where can i buy a ticket | i am not sure | at the machine near the stairs
train: does this train stop at the harbour | i don't know | yes it stops at the harbour
train: is this seat free | yes of course | i think so
food: what do we eat tonight | i don't know | soup and fresh bread
food: is there bread in the kitchen | i am not sure | there is bread on the shelf
food: did you like the soup | yes of course | it needs more salt
food: how long does the cake bake | i am not sure | forty minutes in the oven
food: who cooks dinner on sunday | i don't know | my brother cooks rice and fish
food: can i have more soup | yes of course | the pot is on the stove
library: is the library open today | i am not sure | it is open until six
library: where are the books on birds | i don't know | second shelf on the left
library: can i keep this book longer | i think so | two more weeks are fine
library: who wrote this book | i don't know | the name is on the cover
library: do you have a book about stars | i am not sure | yes two books about stars
library: how many books can i take | i don't know | up to five books
garden: when do we plant the beans | i don't know | plant them in may
garden: why are the leaves yellow | i am not sure | they need more water
garden: do the tomatoes need water | i think so | water them in the evening
garden: who cut the grass | i don't know | my sister cut it this morning
garden: are the apples ripe | i am not sure | pick the red ones first
garden: where is the spade | i don't know | the spade is in the shed
school: when is the exam | i don't know | the exam is on monday morning
school: is the exam hard | i am not sure | learn the last three chapters
school: did you do the homework | yes of course | only the first page
school: who teaches music this year | i don't know | the new teacher plays the violin
school: which page is the homework | i am not sure | page twelve with the maps
school: can you explain this sum | i am not sure | add the two numbers first
dog: has the dog eaten | i think so | his bowl is empty
dog: where is the dog | i don't know | he sleeps under the table
dog: does the dog bite | i am not sure | he only barks at cats
dog: who walks the dog tonight | i don't know | my turn after dinner
dog: is the dog ill | i am not sure | call the vet in the morning
dog: can i feed your dog | yes of course | give him a small bone
phone: why does my phone not ring | i don't know | the sound is turned off
phone: can you charge my phone | yes of course | the cable is on the desk
phone: what is your number | i am not sure | it is written on the card
phone: did you see my message | i think so | i will answer it after work
phone: is the battery empty | i am not sure | it shows five percent
phone: who called you this morning | i don't know | a wrong number
football: who won the match | i don't know | we won by two goals
football: when does the match start | i am not sure | it starts after the news
football: did you see the goal | yes of course | what a shot from far out
football: is our team good this year | i think so | the keeper is very fast
football: where do we play on saturday | i don't know | on the field behind the church
football: can i play with you | yes of course | you can be the keeper
doctor: where does it hurt | i am not sure | my left knee hurts
doctor: how long have you had the fever | i don't know | since tuesday night
doctor: do i need these pills | i think so | one pill after each meal
doctor: is the doctor in today | i am not sure | the doctor comes at ten
doctor: when can i go home | i don't know | when the fever is gone
doctor: is my knee broken | i am not sure | no it is only bruised
"""
"""topic: message | replies."""

NEW = """
weather: is the rain cold today | weather: will the storm come tonight | weather: is there frost on the hill
train: is the train to the harbour late | train: which platform does it leave from | train: do i buy a ticket here
food: is there soup tonight | food: do we have bread and soup | food: does the cake need the oven
library: who has the book about birds | library: is this the shelf | library: can i keep two books longer
garden: do the beans need water | garden: who cut the leaves | garden: are the tomatoes ripe
school: is the homework hard | school: when is the music exam | school: who teaches the exam
dog: does the dog eat bone | dog: is your dog ill tonight | dog: does he bite cats
phone: is my battery empty | phone: did you charge the phone | phone: who has my number
football: when is the match | football: is the keeper good | football: who shot the goal
doctor: does my knee hurt | doctor: do i have fever | doctor: where is the doctor
"""
"""Messages that were not heard before, by topic."""


@dataclass(frozen=True)
class Line:
    """A message.

    Attributes:
        topic: what it is about.
        message: its words.
        replies: what was answered; none for a new message.
    """

    topic: str
    message: tuple[str, ...]
    replies: tuple[tuple[str, ...], ...] = ()


@cache
def heard() -> tuple[Line, ...]:
    """Sixty messages with their replies."""
    parts = (line.replace(": ", " | ", 1).split(" | ") for line in TALK.strip().splitlines())
    return tuple(Line(topic, plain(said), tuple(plain(one) for one in replies)) for topic, said, *replies in parts)


@cache
def new() -> tuple[Line, ...]:
    """Thirty messages that were not heard before."""
    parts = (one.strip().split(": ") for line in NEW.strip().splitlines() for one in line.split(" | "))
    return tuple(Line(topic, plain(message)) for topic, message in parts)


def plain(text: str) -> tuple[str, ...]:
    """All words of a text in lower case, single letters too."""
    return tuple(WORD.findall(text.lower()))
