"""What a desk is found by: its telephones and its address in one form."""

import sqlalchemy as sa
from alembic import op

from bot.rules.contact import normal_contacts

revision = "accounts_0002"
down_revision = "accounts_0001"
branch_labels = None
depends_on = None

AT_ONCE = 1000


def upgrade() -> None:
    contact = op.create_table(
        "desk_contact",
        sa.Column("desk_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("value", sa.String(length=320), nullable=False),
        sa.CheckConstraint("kind IN ('phone', 'mail')", name=op.f("ck_desk_contact_kind")),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_desk_contact_desk_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("desk_id", "kind", "value", name=op.f("pk_desk_contact")),
    )
    desk = sa.table("desk", sa.column("id", sa.String), sa.column("email", sa.String), sa.column("phones", sa.JSON))
    for rows in op.get_bind().execute(sa.select(desk.c.id, desk.c.email, desk.c.phones)).partitions(AT_ONCE):
        found = [(row.id, *contact_of) for row in rows for contact_of in normal_contacts(row.email, row.phones or ())]
        op.bulk_insert(contact, [{"desk_id": desk_id, "kind": kind, "value": value} for desk_id, kind, value in found])
    op.create_index(op.f("ix_desk_contact_kind_value"), "desk_contact", ["kind", "value"], unique=False)


def downgrade() -> None:
    op.drop_table("desk_contact")
