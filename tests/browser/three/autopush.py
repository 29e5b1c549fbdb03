"""The push service of Firefox's makers, as Firefox speaks with it: it asks for a place over a WebSocket, and gets there what was sent, still encrypted."""

from __future__ import annotations

import json
import secrets
from typing import Any, NamedTuple

from aiohttp import WSMsgType, web

from tests.support.push_service import Pushed, PushServiceStandIn, text


class Place(NamedTuple):
    """One that Firefox has asked for, for a page that named this key."""

    socket: web.WebSocketResponse
    channel: str
    key: str


class Autopush(PushServiceStandIn):
    """`acknowledged` are Firefox's own words of what came, 100: decrypted and given to its service worker; `failed` those of what that one threw."""

    def add_routes(self, app: web.Application) -> None:
        self._places: dict[str, Place] = {}
        self.acknowledged: list[int] = []
        self.failed: list[int] = []
        app.router.add_get("/", self._speak)

    @property
    def preferences(self) -> dict[str, Any]:
        """Those with which Firefox comes here, and lets pages show what they want."""
        return {
            "alerts.useSystemBackend": False,
            "dom.push.connection.enabled": True,
            "dom.push.serverURL": self.origin.replace("http", "ws", 1) + "/",
            "dom.push.testing.allowInsecureServerURL": True,
            "permissions.default.desktop-notification": 1,
        }

    def key_of(self, place: str) -> str | None:
        found = self._places.get(place)
        return found and found.key

    def read(self, place: str, body: bytes) -> str:
        return ""  # only Firefox can

    async def hand_over(self, place: str, pushed: Pushed) -> None:
        to = self._places[place]
        message = {"messageType": "notification", "channelID": to.channel, "version": secrets.token_hex(8)}
        await to.socket.send_json({**message, "data": text(pushed.body), "headers": {"encoding": "aes128gcm"}})

    async def _speak(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=["push-notification"])
        await socket.prepare(request)
        async for message in socket:
            said = json.loads(message.data) if message.type is WSMsgType.TEXT else None
            answer = said if said == {} else said and self._answer(said, socket)  # {} asks whether we are there
            if answer is not None:
                await socket.send_json(answer)
        return socket

    def _answer(self, said: dict[str, Any], socket: web.WebSocketResponse) -> dict[str, Any] | None:
        kind = said.get("messageType")
        if kind == "hello":
            return {"messageType": kind, "uaid": secrets.token_hex(16), "status": 200, "use_webpush": True, "broadcasts": {}}
        if kind == "register":
            name = secrets.token_urlsafe(24)
            self._places[name] = Place(socket, said["channelID"], said["key"].rstrip("="))
            return {"messageType": kind, "status": 200, "channelID": said["channelID"], "pushEndpoint": f"{self.origin}/push/{name}"}
        if kind == "unregister":
            self._places = {name: place for name, place in self._places.items() if place.channel != said["channelID"]}
            return {"messageType": kind, "status": 200, "channelID": said["channelID"]}
        if kind == "ack":
            self.acknowledged += [each["code"] for each in said["updates"]]
        if kind == "nack":
            self.failed.append(said["code"])
        return None
