"""出表：通报、周报、核对确认表。读 taiping.progress，不自己算数。"""
