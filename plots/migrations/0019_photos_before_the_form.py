"""先传来的材料；举证材料分清收到的和原照片，手机的位置是什么时候的；记录添上手机上填好的时间。"""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def same_as_received(apps, schema_editor):
    """以前没有缩小过：收到的就是原照片。"""
    apps.get_model("plots", "Evidence").objects.update(
        original_sha256=F("sha256"), original_size=F("size")
    )
    # 恢复老备份时，这些行就是同一个事务里写的：PostgreSQL 要先看过引用，才肯在这张表上建索引
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.connection.check_constraints()


class Migration(migrations.Migration):

    dependencies = [
        ('plots', '0018_amendments_keep_what_was_before'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='evidence',
            name='device_when',
            field=models.CharField(choices=[('SHOT', '拍照时'), ('PICKED', '选照片时'), ('REPORTED', '上报时')], default='REPORTED', max_length=10, verbose_name='手机什么时候定的位'),
        ),
        migrations.AddField(
            model_name='evidence',
            name='original_sha256',
            field=models.CharField(db_index=True, default='', max_length=64, verbose_name='原照片的 SHA-256'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='evidence',
            name='original_size',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='原照片大小（字节）'),
        ),
        migrations.AddField(
            model_name='rectificationrecord',
            name='made_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='手机上填好的时间'),
        ),
        migrations.AlterField(
            model_name='evidence',
            name='device_accuracy_m',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='手机定位精度（米）'),
        ),
        migrations.AlterField(
            model_name='evidence',
            name='device_lat',
            field=models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True, verbose_name='手机纬度'),
        ),
        migrations.AlterField(
            model_name='evidence',
            name='device_lon',
            field=models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True, verbose_name='手机经度'),
        ),
        migrations.AlterField(
            model_name='evidence',
            name='device_position',
            field=models.CharField(choices=[('INSIDE', '在图斑内'), ('NEAR', '在图斑附近'), ('OUTSIDE', '在图斑外'), ('UNKNOWN', '没有位置')], default='UNKNOWN', max_length=10, verbose_name='手机位置'),
        ),
        migrations.AlterField(
            model_name='evidence',
            name='device_position_m',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='手机离图斑（米）'),
        ),
        migrations.CreateModel(
            name='PendingEvidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('PHOTO', '照片'), ('DOCUMENT', '文件')], max_length=10, verbose_name='类型')),
                ('file', models.FileField(max_length=200, upload_to='evidence/%Y/%m/', verbose_name='原件')),
                ('display', models.FileField(blank=True, max_length=200, upload_to='evidence/%Y/%m/', verbose_name='浏览图')),
                ('thumb', models.FileField(blank=True, max_length=200, upload_to='evidence/%Y/%m/', verbose_name='缩略图')),
                ('name', models.CharField(max_length=200, verbose_name='原文件名')),
                ('size', models.PositiveIntegerField(verbose_name='大小（字节）')),
                ('sha256', models.CharField(db_index=True, max_length=64, verbose_name='SHA-256')),
                ('original_sha256', models.CharField(db_index=True, max_length=64, verbose_name='原照片的 SHA-256')),
                ('original_size', models.PositiveIntegerField(blank=True, null=True, verbose_name='原照片大小（字节）')),
                ('taken_at', models.DateTimeField(blank=True, null=True, verbose_name='拍摄时间')),
                ('lat', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True, verbose_name='纬度')),
                ('lon', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True, verbose_name='经度')),
                ('bearing', models.DecimalField(blank=True, decimal_places=1, max_digits=5, null=True, verbose_name='方位角')),
                ('device_lat', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True, verbose_name='手机纬度')),
                ('device_lon', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True, verbose_name='手机经度')),
                ('device_accuracy_m', models.PositiveIntegerField(blank=True, null=True, verbose_name='手机定位精度（米）')),
                ('device_when', models.CharField(choices=[('SHOT', '拍照时'), ('PICKED', '选照片时'), ('REPORTED', '上报时')], default='REPORTED', max_length=10, verbose_name='手机什么时候定的位')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='上传时间')),
                ('client_key', models.UUIDField(verbose_name='提交标识')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
                ('patch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='plots.patch', verbose_name='图斑')),
            ],
            options={
                'verbose_name': '先传来的材料',
                'verbose_name_plural': '先传来的材料',
                'ordering': ['pk'],
                'abstract': False,
                'indexes': [models.Index(fields=['created_at'], name='pending_evidence_by_age')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('lat__isnull', True), ('lon__isnull', True)), models.Q(('lat__isnull', False), ('lon__isnull', False)), _connector='OR'), name='pendingevidence_coordinates_come_in_pairs', violation_error_message='经度和纬度要一起填。'), models.CheckConstraint(condition=models.Q(models.Q(('device_lat__isnull', True), ('device_lon__isnull', True)), models.Q(('device_lat__isnull', False), ('device_lon__isnull', False)), _connector='OR'), name='pendingevidence_device_coordinates_come_in_pairs', violation_error_message='经度和纬度要一起填。'), models.UniqueConstraint(fields=('by', 'patch', 'client_key', 'original_sha256'), name='pending_evidence_once_per_form', violation_error_message='这张照片已经传过了。')],
            },
        ),
        migrations.RunPython(same_as_received, migrations.RunPython.noop),
    ]
