"""after which message of its conversation something was planned: whether its customer wrote meanwhile is told by that, and by no clock"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0016"
down_revision = "ledger_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("due", sa.Column("after_seq", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE due SET after_seq = (SELECT max(message.seq) FROM message"
        " WHERE message.conversation_id = due.conversation_id AND message.at <= due.created_at)"
        " WHERE due.kind = 'later'"
    )


def downgrade() -> None:
    op.drop_column("due", "after_seq")
