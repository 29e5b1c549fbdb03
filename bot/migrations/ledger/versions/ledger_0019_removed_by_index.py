"""what is old is found by an index, and (PostgreSQL) its room is swept soon: removing never reads a whole table, and what was removed does not stay in free pages for months"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0019"
down_revision = "ledger_0018"
branch_labels = None
depends_on = None

CLOSED = "state IS NULL OR state NOT IN ('received', 'processing')"
SWEPT = (
    "message", "understanding", "reading", "button", "delivery", "effect", "sealed", "episode", "conversation", "web_session", "disclosure",
)  # fmt: skip


def upgrade() -> None:
    op.create_index("ix_message_closed", "message", ["at"], sqlite_where=sa.text(CLOSED), postgresql_where=sa.text(CLOSED))
    op.create_index(op.f("ix_message_episode_id"), "message", ["episode_id"])
    op.create_index(op.f("ix_episode_ended_at"), "episode", ["ended_at"])
    op.create_index(op.f("ix_web_session_expires_at"), "web_session", ["expires_at"])
    _sweep("SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000)")


def downgrade() -> None:
    _sweep("RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)")
    op.drop_index(op.f("ix_web_session_expires_at"), "web_session")
    op.drop_index(op.f("ix_episode_ended_at"), "episode")
    op.drop_index(op.f("ix_message_episode_id"), "message")
    op.drop_index("ix_message_closed", "message")


def _sweep(how: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in SWEPT:
            op.execute(f"ALTER TABLE {table} {how}")
