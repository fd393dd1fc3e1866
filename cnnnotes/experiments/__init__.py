"""One module per question, each with a decision rule; a runner that records what comes out."""
