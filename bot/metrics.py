"""What operators watch: a registry of its own for each application, without any text or id of a customer."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)


class Metrics:
    """The counters of one gateway."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("gateway_requests", "HTTP requests", ["method", "route", "status"], registry=self.registry)
        self.request_seconds = Histogram(
            "gateway_request_seconds", "Time to answer a request", ["route"], buckets=_SECONDS, registry=self.registry
        )
        self.turns = Counter("gateway_turns", "Turns by outcome", ["outcome"], registry=self.registry)
        self.stage_seconds = Histogram(
            "gateway_stage_seconds",
            "Time of a turn by stage: waiting, dialogue, commit",
            ["stage"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.answer_seconds = Histogram(
            "gateway_answer_seconds", "Time from acceptance to commit", buckets=_SECONDS, registry=self.registry
        )
        self.decisions = Counter("gateway_decisions", "Questions by what was decided", ["decision"], registry=self.registry)
        self.notices = Counter("gateway_notices", "Notices told to customers", ["reason"], registry=self.registry)
        self.effects = Counter("gateway_effects", "Effects by kind and outcome", ["kind", "outcome"], registry=self.registry)
        self.queue = Gauge("gateway_queue_messages", "Inbound messages by state", ["state"], registry=self.registry)
        self.escalations = Counter("gateway_escalations", "Cases opened for the support line", registry=self.registry)
        self.queue_age = Gauge("gateway_queue_oldest_seconds", "Age of the message that has waited longest", registry=self.registry)
        self.outage = Gauge("gateway_outage", "1 while dialogue or actions are known to be away", registry=self.registry)
        self.processes = Gauge("gateway_process_ready", "1 while this process is ready", ["process", "url"], registry=self.registry)
        self.streams = Gauge("gateway_streams", "Open event streams", registry=self.registry)
        self.codes = Counter(
            "gateway_codes", "One-time codes that customers wrote, by what became of them", ["outcome"], registry=self.registry
        )
        self.whatsapp_updates = Counter(
            "whatsapp_updates",
            "What WhatsApp's webhook brought, by kind and what became of it",
            ["kind", "outcome"],
            registry=self.registry,
        )
        self.whatsapp_refused = Counter(
            "whatsapp_refused_webhooks", "Requests to WhatsApp's webhook that were refused", ["reason"], registry=self.registry
        )
        self.refused = Counter("gateway_refused_requests", "Requests refused by a limit", ["limit"], registry=self.registry)
        self.deliveries = Counter(
            "gateway_deliveries", "Messages carried to customers, by outcome", ["channel", "outcome"], registry=self.registry
        )
        self.delivery_refusals = Counter(
            "gateway_delivery_refusals", "Messages that a platform refused, by its code", ["channel", "code"], registry=self.registry
        )
        self.delivery_seconds = Histogram(
            "gateway_delivery_seconds", "Time until the platform has taken a message", ["channel"], buckets=_SECONDS, registry=self.registry
        )
        self.pushes = Counter("gateway_pushes", "Messages to agents' browsers (Web Push), by outcome", ["outcome"], registry=self.registry)
        self.number_stopped = Gauge(
            "gateway_number_stopped", "1 while nothing goes out from a number of ours: token or account", ["number"], registry=self.registry
        )
        self.spent = Gauge("gateway_spent_mxn", "What messages have cost in this month, MXN", ["channel"], registry=self.registry)
