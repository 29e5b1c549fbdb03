"""browsers of agents that are told of alerts by Web Push, and what each of them knows"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0017"
down_revision = "ledger_0016"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "push_subscription",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("p256dh", sa.String(100), nullable=False),
        sa.Column("auth", sa.String(32), nullable=False),
        sa.Column("made_for", sa.String(100), nullable=False),
        sa.Column("kinds", sa.String(100), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["agent_session.id"], name=op.f("fk_push_subscription_session_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscription")),
        sa.UniqueConstraint("session_id", name=op.f("uq_push_subscription_session_id")),
    )
    op.create_table(
        "push_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.String(64), nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("code", sa.String(16), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", MOMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("state IN ('known', 'pending', 'sent', 'given_up')", name=op.f("ck_push_message_state")),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["push_subscription.id"], name=op.f("fk_push_message_subscription_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_message")),
        sa.UniqueConstraint("subscription_id", "key", name=op.f("uq_push_message_subscription_id_key")),
    )
    op.create_index(op.f("ix_push_message_next_attempt_at"), "push_message", ["next_attempt_at"])


def downgrade() -> None:
    for name in ("push_message", "push_subscription"):
        op.drop_table(name)
