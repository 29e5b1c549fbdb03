"""Tables of the live state."""

import sqlalchemy as sa
from alembic import op

revision = "accounts_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("phones", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk")),
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name=op.f("ck_incident_ended_at")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_table(
        "virtual_server",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("desk_id", sa.String(length=64), nullable=False),
        sa.Column("alias", sa.String(length=64), nullable=False),
        sa.Column("solution", sa.String(length=200), nullable=False),
        sa.Column("os", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("host", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "status IN ('provisioning', 'active', 'suspended', 'cancelled', 'deleted')", name=op.f("ck_virtual_server_status")
        ),
        sa.CheckConstraint("alias = upper(alias)", name=op.f("ck_virtual_server_alias")),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_virtual_server_desk_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_virtual_server")),
        sa.UniqueConstraint("desk_id", "alias", name=op.f("uq_virtual_server_desk_id_alias")),
    )
    op.create_table(
        "backup",
        sa.Column("server_id", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(status = 'running') = (finished_at IS NULL)", name=op.f("ck_backup_finished_at")),
        sa.CheckConstraint("bytes IS NULL OR (status = 'ok' AND bytes >= 0)", name=op.f("ck_backup_bytes")),
        sa.CheckConstraint("status IN ('running', 'ok', 'failed')", name=op.f("ck_backup_status")),
        sa.ForeignKeyConstraint(["server_id"], ["virtual_server.id"], name=op.f("fk_backup_server_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("server_id", "started_at", name=op.f("pk_backup")),
    )
    op.create_table(
        "connection_mail",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("server_id", sa.String(length=64), nullable=False),
        sa.Column("sent_to", sa.String(length=320), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("request_key", sa.String(length=200), nullable=True),
        sa.CheckConstraint("(status = 'queued') = (sent_at IS NULL)", name=op.f("ck_connection_mail_sent_at")),
        sa.CheckConstraint("status IN ('queued', 'sent', 'bounced')", name=op.f("ck_connection_mail_status")),
        sa.ForeignKeyConstraint(["server_id"], ["virtual_server.id"], name=op.f("fk_connection_mail_server_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection_mail")),
        sa.UniqueConstraint("request_key", name=op.f("uq_connection_mail_request_key")),
    )
    op.create_index(op.f("ix_connection_mail_server_id_queued_at"), "connection_mail", ["server_id", "queued_at"], unique=False)
    op.create_table(
        "incident_server",
        sa.Column("incident_id", sa.String(length=64), nullable=False),
        sa.Column("server_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_server_incident_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["server_id"], ["virtual_server.id"], name=op.f("fk_incident_server_server_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("incident_id", "server_id", name=op.f("pk_incident_server")),
    )
    op.create_index(op.f("ix_incident_server_server_id"), "incident_server", ["server_id"], unique=False)
    op.create_table(
        "licence",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("desk_id", sa.String(length=64), nullable=False),
        sa.Column("server_id", sa.String(length=64), nullable=True),
        sa.Column("product", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("users", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.CheckConstraint("status IN ('active', 'grace', 'expired', 'cancelled')", name=op.f("ck_licence_status")),
        sa.CheckConstraint("users > 0", name=op.f("ck_licence_users")),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_licence_desk_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["server_id"], ["virtual_server.id"], name=op.f("fk_licence_server_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence")),
    )
    op.create_index(op.f("ix_licence_desk_id"), "licence", ["desk_id"], unique=False)
    op.create_index(op.f("ix_licence_server_id"), "licence", ["server_id"], unique=False)
    op.create_table(
        "plan_change",
        sa.Column("server_id", sa.String(length=64), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_solution", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.CheckConstraint("state IN ('requested', 'in_progress', 'done', 'cancelled')", name=op.f("ck_plan_change_state")),
        sa.ForeignKeyConstraint(["server_id"], ["virtual_server.id"], name=op.f("fk_plan_change_server_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("server_id", "requested_at", name=op.f("pk_plan_change")),
    )
    op.create_table(
        "server_health",
        sa.Column("server_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.CheckConstraint("state IN ('up', 'down')", name=op.f("ck_server_health_state")),
        sa.ForeignKeyConstraint(["server_id"], ["virtual_server.id"], name=op.f("fk_server_health_server_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("server_id", "at", name=op.f("pk_server_health")),
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("server_id", sa.String(length=64), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("auto_renew", sa.Boolean(), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("next_charge_on", sa.Date(), nullable=True),
        sa.CheckConstraint("status IN ('pending', 'active', 'grace', 'expired', 'cancelled')", name=op.f("ck_subscription_status")),
        sa.CheckConstraint(
            "(starts_on IS NULL) = (ends_on IS NULL) AND (ends_on IS NULL OR ends_on >= starts_on)", name=op.f("ck_subscription_period")
        ),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_subscription_price")),
        sa.ForeignKeyConstraint(["server_id"], ["virtual_server.id"], name=op.f("fk_subscription_server_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("server_id", name=op.f("uq_subscription_server_id")),
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("subscription_id", sa.String(length=64), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("masked", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("charged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("credited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint("method IN ('bank_account', 'debit_card', 'credit_card')", name=op.f("ck_payment_method")),
        sa.CheckConstraint("status <> 'credited' OR credited_at IS NOT NULL", name=op.f("ck_payment_credited_at")),
        sa.CheckConstraint("status IN ('pending', 'credited', 'rejected', 'refunded')", name=op.f("ck_payment_status")),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_payment_amount")),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscription.id"], name=op.f("fk_payment_subscription_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    op.create_index(op.f("ix_payment_subscription_id_charged_at"), "payment", ["subscription_id", "charged_at"], unique=False)
    op.create_table(
        "invoice",
        sa.Column("payment_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=True),
        sa.Column("available_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_invoice_payment_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("number", name=op.f("uq_invoice_number")),
    )


def downgrade() -> None:
    op.drop_table("invoice")
    op.drop_table("payment")
    op.drop_table("subscription")
    op.drop_table("server_health")
    op.drop_table("plan_change")
    op.drop_table("licence")
    op.drop_table("incident_server")
    op.drop_table("connection_mail")
    op.drop_table("backup")
    op.drop_table("virtual_server")
    op.drop_table("incident")
    op.drop_table("desk")
