"""Cards: issued over a scheme, authorised in real time, controlled, disputed."""
