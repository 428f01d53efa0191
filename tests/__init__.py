"""测试：房间和程序的一样；worlds/ 是大家共用的小镇和造数函数，site/ 走遍全站，browser/ 用真浏览器。"""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
