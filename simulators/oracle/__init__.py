"""What should be flagged, worked out from the plan alone: the published limits once more, in other words and code.

It shares nothing with the pipeline's rules. Where both agree, either both are right or both misread the same sentence
of the clinical reference; where they differ, one of them is wrong.
"""
