"""Beyond one machine: readings kept as Parquet, and reports of many patients made from them on Dask. The only folder
that may import pyarrow and dask."""
