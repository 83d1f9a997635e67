"""How far a number can be trusted: nulls, rules, the verdict."""
