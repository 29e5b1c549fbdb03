"""where an agent gets the digest of open cases, and when they last did"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0014"
down_revision = "ledger_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agent", sa.Column("mail", sa.String(320), nullable=True))
    op.add_column("agent", sa.Column("digested_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("digested_at", "mail"):
        op.drop_column("agent", name)
