"""Web Push: agents hear of alerts while no page of the console is open.

A browser that an agent said so in is told the kind of an alert and the case's code, encrypted for it (RFC 8291), by the push service of its maker
(RFC 8030), which knows us by our key (VAPID, RFC 8292). Whatever else there is to know, the page asks for when it is opened.
"""
