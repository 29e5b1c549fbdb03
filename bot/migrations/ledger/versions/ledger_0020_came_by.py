"""how a sign-in began that waits for its second factor: the audit says by which way somebody came in"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0020"
down_revision = "ledger_0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agent_session", sa.Column("came_by", sa.String(16), nullable=True))


def downgrade() -> None:
    op.drop_column("agent_session", "came_by")
