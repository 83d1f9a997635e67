"""Critics: functions of pairs that tell samples of the joint distribution from samples of its margins."""
