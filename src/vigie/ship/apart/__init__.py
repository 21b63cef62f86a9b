"""A repository for one commit or push: hooks find an ordinary clone and may do there what they like."""
