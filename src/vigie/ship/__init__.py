"""BRINGS new code: commit, push, verify, restart what stopped.

``carry.carry(request, bot, tell, clock)`` is the way in. What is needed of the bot is handed in as a
``request.BotDoor``; nothing here knows how a bot is held or asked. Only ``git.py`` runs git.
"""
