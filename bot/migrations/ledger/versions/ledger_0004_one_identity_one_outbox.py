"""who writes is one value (level as a number, person); an answer may cover several messages; deliveries only where we push;
take-overs end; folios of open cases are unique; the ledger has an epoch"""

import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "ledger_0004"
down_revision = "ledger_0003"
branch_labels = None
depends_on = None

INBOUND_KINDS = "'image', 'audio', 'video', 'document', 'sticker', 'location', 'contacts', 'order', 'unsupported'"
KINDS = f"kind IN ('text', 'answer', 'notice', 'greeting', {INBOUND_KINDS})"
KINDS_BEFORE = "kind IN ('text', 'answer', 'notice', 'greeting')"
LEVEL = "CASE WHEN desk IS NULL THEN 0 ELSE 2 END"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _levels_become_numbers()
    _messages()
    _deliveries()
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.alter_column("value", type_=sa.String(160), existing_type=sa.String(128), existing_nullable=False)
    op.add_column("episode", sa.Column("person", sa.String(64), nullable=True))
    op.execute(  # folios were shorter before: the later one of two open cases with the same gets its number behind it
        "UPDATE escalation SET code = code || '-' || CAST(id AS VARCHAR) WHERE state = 'open' AND EXISTS (SELECT 1 FROM escalation AS earlier"
        " WHERE earlier.code = escalation.code AND earlier.state = 'open' AND earlier.id < escalation.id)"
    )
    op.create_index(
        "uq_escalation_open",
        "escalation",
        ["code"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    life = op.create_table(
        "ledger_life",
        sa.Column("epoch", sa.String(32), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("epoch", name=op.f("pk_ledger_life")),
    )
    now = datetime.now(tz=UTC)
    op.bulk_insert(life, [{"epoch": uuid.uuid4().hex, "since": now.replace(tzinfo=None) if _is_sqlite() else now}])


def _levels_become_numbers() -> None:
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_conversation_level"), type_="check")
        batch_op.drop_column("level")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_column("level")
    op.add_column("conversation", sa.Column("person", sa.String(64), nullable=True))
    op.add_column("conversation", sa.Column("level", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("conversation", sa.Column("agent", sa.String(64), nullable=True))
    op.add_column("conversation", sa.Column("owner_until", MOMENT, nullable=True))
    op.add_column("message", sa.Column("person", sa.String(64), nullable=True))
    op.add_column("message", sa.Column("level", sa.Integer(), nullable=True))
    op.add_column("web_session", sa.Column("person", sa.String(64), nullable=True))
    op.add_column("web_session", sa.Column("level", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("web_session", sa.Column("proof", sa.String(64), nullable=True))
    op.execute(f"UPDATE conversation SET level = {LEVEL}")
    op.execute(f"UPDATE web_session SET level = {LEVEL}, proof = CASE WHEN desk IS NULL THEN NULL ELSE 'portal' END")
    op.execute(f"UPDATE message SET level = {LEVEL} WHERE author = 'customer'")
    for table in ("conversation", "web_session"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column("level", server_default=None)
    op.create_index(
        "ix_conversation_taken",
        "conversation",
        ["owner_until"],
        sqlite_where=sa.text("owner_until IS NOT NULL"),
        postgresql_where=sa.text("owner_until IS NOT NULL"),
    )


def _messages() -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_message_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_message_kind"), KINDS)
        batch_op.add_column(sa.Column("answered_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("media", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("quoted", sa.String(128), nullable=True))
        batch_op.add_column(sa.Column("sent_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("profile_name", sa.String(128), nullable=True))
    op.execute(
        "UPDATE message SET answered_by = (SELECT answer.seq FROM message AS answer WHERE answer.conversation_id = message.conversation_id"
        " AND answer.kind = 'answer' AND answer.in_reply_to = message.seq) WHERE state = 'answered'"
    )


def _deliveries() -> None:
    op.execute("DELETE FROM delivery")  # only the web was served, and there the customer fetches: nothing to carry
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("channel", sa.String(16), nullable=False))
        batch_op.add_column(sa.Column("lease_token", sa.Integer(), nullable=False))
        batch_op.alter_column("next_attempt_at", existing_type=MOMENT, nullable=False)
        batch_op.create_check_constraint(op.f("ck_delivery_channel"), "channel IN ('web', 'whatsapp')")
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["channel", "next_attempt_at"],
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def downgrade() -> None:
    op.drop_table("ledger_life")
    op.drop_index("uq_escalation_open", table_name="escalation")
    op.drop_column("episode", "person")
    op.drop_index("ix_delivery_due", table_name="delivery")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_delivery_channel"), type_="check")
        batch_op.drop_column("lease_token")
        batch_op.drop_column("channel")
        batch_op.alter_column("next_attempt_at", existing_type=MOMENT, nullable=True)
    op.execute(f"UPDATE message SET kind = 'text' WHERE kind IN ({INBOUND_KINDS})")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_message_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_message_kind"), KINDS_BEFORE)
        for name in ("answered_by", "media", "quoted", "sent_at", "profile_name", "person", "level"):
            batch_op.drop_column(name)
        batch_op.add_column(sa.Column("level", sa.String(16), nullable=True))
    op.drop_index("ix_conversation_taken", table_name="conversation")
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        for name in ("person", "level", "agent", "owner_until"):
            batch_op.drop_column(name)
        batch_op.add_column(sa.Column("level", sa.String(16), nullable=False, server_default="anonymous"))
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        for name in ("person", "level", "proof"):
            batch_op.drop_column(name)
    word = "CASE WHEN desk IS NULL THEN 'anonymous' ELSE 'portal' END"
    op.execute(f"UPDATE conversation SET level = {word}")
    op.execute(f"UPDATE message SET level = {word} WHERE author = 'customer'")
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.alter_column("level", server_default=None)
        batch_op.create_check_constraint(op.f("ck_conversation_level"), "level IN ('anonymous', 'portal')")
