"""Files that people upload: what they are, whether they may be kept, and where they lie."""
