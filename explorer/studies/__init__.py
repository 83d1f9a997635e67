"""What is asked of data in many parts: each part is computed once and kept, here or by a job."""
