"""Typed keys of what only the application itself shares."""

from __future__ import annotations

from aiohttp import web

from bot.turns.dialogue_client import DialogueClient

DIALOGUE = web.AppKey("dialogue", DialogueClient)
