"""A group of patients: who improved, who worsened, who measures, what was flagged and how soon somebody acted."""
