from django.db import migrations


class Migration(migrations.Migration):
    """Names that people read; no column changes."""

    dependencies = [("tickets", "0003_ticket_by_close")]

    operations = [
        migrations.AlterModelOptions(name="priority", options={"verbose_name_plural": "priorities"}),
        migrations.AlterModelOptions(
            name="slapolicy",
            options={
                "ordering": ["order", "name"],
                "verbose_name": "service-level policy",
                "verbose_name_plural": "service-level policies",
            },
        ),
    ]
