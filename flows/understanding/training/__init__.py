"""How the bundle is trained and measured. Only here is scikit-learn used: serving needs none."""
