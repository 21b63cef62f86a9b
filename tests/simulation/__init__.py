"""Years of a bot's life in a minute: the real core and loop on a jumping clock, in a world that is unkind.

Real are the decisions, the reactor, the watch, its hands, the ledger's words and the search for what still
lives. Simulated are the clock, what a selector waits for, processes, probes, the port and the dice.

    python -m tests.simulation --seed 7 --facts 1000000
"""
