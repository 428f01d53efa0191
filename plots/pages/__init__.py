"""图斑的页面：一屏一间，各有自己的 views 和 forms。用 plots.actions、plots.importing、plots.exporting 以下。"""
