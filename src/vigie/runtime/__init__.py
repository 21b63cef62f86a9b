"""JOINS the core and the hands: the loop, the clock, the control door, the way on after a death of ours."""
