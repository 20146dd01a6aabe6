"""sotay: the e-handbook of party members, its back end."""
