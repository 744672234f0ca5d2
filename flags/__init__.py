"""Judgement: evaluates readings with their history, keeps episodes, raises and withdraws flags."""
