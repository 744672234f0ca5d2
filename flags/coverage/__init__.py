"""In which hours a rule could have fired: without it "no flag" says nothing."""
