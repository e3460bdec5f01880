//! Azure Machine Learning workspaces and compute clusters.
