"""The dial between likely replies and those that tell of the message."""

import numpy as np
import pytest

from explorer.engines.texts.replies import Replier, answered, dial, mutual, replier
from explorer.engines.texts.talk import Line, heard, new, plain
from explorer.errors import InputError


def test_the_talk():
    assert len(heard()) == 60 and len(new()) == 30 and len(replier().candidates) == 66
    assert plain("Can I do it?") == ("can", "i", "do", "it")
    assert {line.topic for line in heard()} == {line.topic for line in new()}
    assert not {line.message for line in heard()} & {line.message for line in new()}
    known = {word for line in heard() for word in line.message}
    assert all(len(known & set(line.message)) >= 2 for line in new())


@pytest.mark.parametrize("message", [None, ("is", "the", "train", "late"), ("strange",)])
@pytest.mark.parametrize("before", [(), ("the",), ("yes", "of")])
def test_every_step_of_a_reply_is_a_distribution(message, before):
    """Whatever was said before, the next words and the end sum to 1: the chain of them is a distribution over texts."""
    model, at = replier(), len(before)
    nexts = [np.exp(model.log_words((*before, word), message)[at]) for word in model.vocabulary]
    end = np.exp(model.log_words(before, message)[at])
    assert sum(nexts) + end == pytest.approx(1, abs=1e-12)


def test_translations_climb_in_likelihood():
    """Expectation maximisation of a table: two pairs that share a word settle which word means which."""
    lines = (Line("t", ("red", "house"), (("rot", "haus"),)), Line("t", ("house",), (("haus",),)))
    model = Replier(lines)
    red, house = model.translations[model.heard["red"]], model.translations[model.heard["house"]]
    assert red[model.vocabulary["rot"]] > 0.8 and house[model.vocabulary["haus"]] > 0.8


def test_the_dial_at_0_is_likelihood_and_at_1_is_information():
    model, message = replier(), new()[3].message
    given = np.array([model.log_words(one, message).sum() for one in model.candidates])
    alone = np.array([model.log_words(one).sum() for one in model.candidates])
    assert answered(" ".join(message), 0.0, 1).replies[0] == " ".join(model.candidates[given.argmax()])
    best = answered(" ".join(message), 1.0, 1)
    assert best.replies[0] == " ".join(model.candidates[(given - alone).argmax()])
    assert best.scores[0] == pytest.approx((given - alone).max())
    assert (mutual(given, alone, 0.0) == given).all()


def test_the_dial_on_a_joint_table():
    """p(T | S) and p(T) of a known table: 0 chooses the mode of the row, 1 the largest PMI."""
    joint = np.array([[0.30, 0.10, 0.05], [0.25, 0.02, 0.28]])
    given, alone = np.log(joint / joint.sum(1, keepdims=True)), np.log(joint.sum(0))
    assert mutual(given, alone, 0.0).argmax(1).tolist() == [0, 2]
    assert mutual(given, alone, 1.0).argmax(1).tolist() == [1, 2]


def test_likely_replies_are_bland_and_both_ends_of_the_dial_repeat_themselves():
    found = dial()
    likely, informed, over = (found.at(share) for share in (0.0, 1.0, 2.0))
    assert likely["different"] == 3 and likely["bland"] == 1 and likely["on topic"] == 0
    assert informed["different"] == 25 and informed["on topic"] > 0.7
    assert over["different"] < informed["different"] and over["on topic"] < informed["on topic"]
    assert (np.diff(found.likelihood) <= 1e-12).all()  # it can only fall
    assert found.messages == 30


def test_words_that_were_never_heard_are_named():
    found = answered("purple elephants rain", 1.0)
    assert found.unknown == ("purple", "elephants")
    with pytest.raises(InputError, match="has no word"):
        answered("?!", 1.0)
    with pytest.raises(InputError, match="'zebra'"):
        replier().log_words(("zebra",))
