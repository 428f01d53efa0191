"""方案的页面：方案、工作组、分解、监测、导入导出。用 tasks.models 和 tasks.workbook。"""
