"""what an agent wants said later is due too: its words, whose they are, and the id that its message will have"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0013"
down_revision = "ledger_0012"
branch_labels = None
depends_on = None

KINDS = "'call_back', 'chat', 'snooze'"
STATES = "'open', 'done', 'not_reached', 'cancelled', 'left'"


def upgrade() -> None:
    op.add_column("due", sa.Column("agent", sa.String(64), nullable=True))
    op.add_column("due", sa.Column("message", sa.String(32), nullable=True))
    op.add_column("due", sa.Column("text", sa.Text(), nullable=True))
    _allow(f"{KINDS}, 'later'", f"{STATES}, 'held_back'")


def downgrade() -> None:
    op.execute("DELETE FROM due WHERE kind = 'later'")
    _allow(KINDS, STATES)
    for name in ("text", "message", "agent"):
        op.drop_column("due", name)


def _allow(kinds: str, states: str) -> None:
    with op.batch_alter_table("due", schema=None) as batch_op:
        for name, column, values in (("ck_due_kind", "kind", kinds), ("ck_due_state", "state", states)):
            batch_op.drop_constraint(op.f(name), type_="check")
            batch_op.create_check_constraint(op.f(name), f"{column} IN ({values})")
