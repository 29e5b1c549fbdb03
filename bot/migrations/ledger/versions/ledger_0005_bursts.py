"""a conversation gathers the messages of a burst: until when, and whether its customer is typing"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0005"
down_revision = "ledger_0004"
branch_labels = None
depends_on = None

COLUMNS = ("gathers_until", "typing_until")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("conversation", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """What is gathered stays in the queue: `ready_at` says when it is taken."""
    for name in COLUMNS:
        op.drop_column("conversation", name)
