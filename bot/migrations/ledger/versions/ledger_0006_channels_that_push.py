"""for channels that push: what an address looked like, who wants no messages, what was edited or revoked, what a message cost; feedback"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "ledger_0006"
down_revision = "ledger_0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STATES = "state IN ('received', 'processing', 'answered', 'failed', 'with_agent', 'noted')"
STATES_BEFORE = "state IN ('received', 'processing', 'answered', 'failed', 'with_agent')"
COLUMNS: dict[str, list[tuple[str, Any]]] = {
    "address": [("wire", sa.String(64)), ("seen_at", MOMENT)],
    "conversation": [("opted_out_at", MOMENT)],
    "message": [("edited_at", MOMENT), ("revoked_at", MOMENT), ("fixed_answer", sa.Text())],
    "delivery": [
        ("number", sa.String(64)),
        ("sent_at", MOMENT),
        ("billable", sa.Boolean()),
        ("category", sa.String(32)),
        ("priced_at", MOMENT),
    ],
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for name, kind in columns:
            op.add_column(table, sa.Column(name, kind, nullable=True))
    op.add_column("delivery", sa.Column("unsettled", sa.Integer(), nullable=False, server_default="0"))
    _states(STATES)
    op.create_index(
        "ix_delivery_priced",
        "delivery",
        ["priced_at"],
        sqlite_where=sa.text("priced_at IS NOT NULL"),
        postgresql_where=sa.text("priced_at IS NOT NULL"),
    )
    op.create_table(
        "feedback",
        sa.Column("message_id", sa.String(32), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("value IN (-1, 0, 1)", name=op.f("ck_feedback_value")),
        sa.CheckConstraint("source IN ('button', 'reaction')", name=op.f("ck_feedback_source")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_feedback_message_id_message")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_feedback")),
    )


def downgrade() -> None:
    op.drop_table("feedback")
    op.drop_index("ix_delivery_priced", table_name="delivery")
    op.execute("UPDATE message SET state = 'answered' WHERE state = 'noted'")
    _states(STATES_BEFORE)
    op.drop_column("delivery", "unsettled")
    for table, columns in COLUMNS.items():
        for name, _ in columns:
            op.drop_column(table, name)


def _states(condition: str) -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_message_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_message_state"), condition)
