"""how the company's provider names an agent, and browsers that were sent there to sign in"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0018"
down_revision = "ledger_0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("issuer", "subject"):
        op.add_column("agent", sa.Column(name, sa.String(255), nullable=True))
    op.create_index("ix_agent_issuer_subject", "agent", ["issuer", "subject"], unique=True)
    op.create_table(
        "sign_on_attempt",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_on_attempt")),
    )
    op.create_index("ix_sign_on_attempt_expires_at", "sign_on_attempt", ["expires_at"])


def downgrade() -> None:
    op.drop_table("sign_on_attempt")
    op.drop_index("ix_agent_issuer_subject", "agent")
    for name in ("subject", "issuer"):
        op.drop_column("agent", name)
